"""The operator's keys for programs."""
