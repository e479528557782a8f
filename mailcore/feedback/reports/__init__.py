"""DMARC and TLS reports about hosted domains: taken in, counted, judged."""
