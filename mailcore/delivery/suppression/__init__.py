"""Addresses that get no mail: by law, because they bounce, or because somebody asked."""
