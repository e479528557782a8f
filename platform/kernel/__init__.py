"""The base of every plane: it knows nothing of mailboxes, money or people."""
