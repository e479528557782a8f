"""Mail: directory, domains, mailboxes, delivery and feedback."""
