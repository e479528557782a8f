"""The operator's commands about its own keys."""
