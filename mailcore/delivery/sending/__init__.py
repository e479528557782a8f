"""Mail that programs send by the API: read, put together, accepted."""
