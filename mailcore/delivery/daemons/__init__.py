"""Long-running processes of the way in: LMTP server, accept daemon, submission milter."""
