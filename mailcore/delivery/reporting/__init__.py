"""Seeing what the delivery plane does: sums by hour, alarms, figures for monitoring."""
