"""Periods and invoices."""
