"""What every REST endpoint shares: problems, paging, idempotency, bounded bodies."""
