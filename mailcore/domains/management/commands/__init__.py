"""Commands for the operator of domains."""
