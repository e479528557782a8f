"""What Postfix, Dovecot and the signer read."""
