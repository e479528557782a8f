"""Certificates for mail hosts under resellers' own names: taken from Caddy, given to Dovecot and Postfix."""
