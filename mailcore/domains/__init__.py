"""Mail domains: ownership, DKIM keys, records, checks, publishing."""
