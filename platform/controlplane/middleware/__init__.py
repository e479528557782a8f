"""What happens to every request before a view: trace id, problems, health, tenancy, response policy."""
