"""Commands of the delivery plane."""
