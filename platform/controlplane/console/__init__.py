"""The operator's pages on the platform host."""
