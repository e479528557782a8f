"""Webhooks: what happens is told to programs of the reseller, signed, until they have heard it."""
