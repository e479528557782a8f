"""What follows from a look at a domain's records, one file each, in one transaction with it."""
