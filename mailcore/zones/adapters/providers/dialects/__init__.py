"""Each provider's own way to write records down, one module each."""
