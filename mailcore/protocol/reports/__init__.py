"""Reports that receivers send about a domain: DMARC (RFC 7489) and TLS (RFC 8460)."""
