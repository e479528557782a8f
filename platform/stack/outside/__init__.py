"""The outside world: a mail server, a sender and a domain registrar that know nothing of the product."""
