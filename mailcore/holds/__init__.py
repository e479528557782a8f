"""Holds: what a side lets stand still of a reseller, a domain or a mailbox, and lets go on again."""
