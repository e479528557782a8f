"""Bench `delivery`: our plane beside Postfix, the same messages from one source into one sink."""
