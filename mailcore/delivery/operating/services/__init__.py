"""Services of the operator, each for an authorised actor, each safe to repeat."""
