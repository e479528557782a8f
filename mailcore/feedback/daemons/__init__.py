"""The process that hears what comes back."""
