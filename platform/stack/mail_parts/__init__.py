"""The parts that speak DNS, SMTP, IMAP and TLS: one module each, found by `stack.registry`."""
