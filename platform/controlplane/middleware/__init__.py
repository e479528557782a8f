"""What happens to every request before a view: trace id, health, tenancy, response policy."""
