"""Acceptance: a message becomes rows in one transaction, and only then is ours."""
