"""Long-running processes of the way in: the accept daemon, and what listens in it."""
