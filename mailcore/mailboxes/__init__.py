"""Mailboxes of a domain."""
