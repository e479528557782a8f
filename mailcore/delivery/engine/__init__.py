"""The egress engine: claims due recipients, delivers them, and records what happened."""
