"""Members: the people who log in to a portal."""
