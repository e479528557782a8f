"""The operator's REST API: `/api/v1` on the platform host."""
