"""The REST API `/api/v1`, gathered from the capabilities."""
