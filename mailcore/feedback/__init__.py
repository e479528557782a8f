"""Bounces and complaints that come back."""
