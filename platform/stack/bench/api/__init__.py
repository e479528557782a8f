"""Bench `api`: what programs wait for, with many resellers present."""
