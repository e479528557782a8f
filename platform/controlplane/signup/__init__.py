"""Sign-up pages of the platform host."""
