"""The five journeys, run against a real stack by protocol clients that know only its endpoints."""
