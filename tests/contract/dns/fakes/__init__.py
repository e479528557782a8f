"""Providers' interfaces as they document them, over one zone each, on this machine."""
