"""Usage, prices and invoices."""
