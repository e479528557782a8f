"""Zones that we may write: plans, what we wrote, and the adapters that write."""
