"""Measurements of a running stack by protocol clients."""
