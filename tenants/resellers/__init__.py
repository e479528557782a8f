"""Resellers, their host names and brands, sign-up and provisioning."""
