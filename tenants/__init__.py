"""Resellers, plans, accounts and organisations."""
