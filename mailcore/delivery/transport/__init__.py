"""What domains have published about TLS to their mail hosts, and the account that is kept of it."""
