"""Keys that programs show as a bearer token (RFC 6750): what a reseller's and the operator's share."""
