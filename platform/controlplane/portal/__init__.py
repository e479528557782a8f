"""The portal of a reseller's host: thin views over services and selectors."""
