"""A domain goes from one reseller to another, with all that is on it, in one transaction."""
