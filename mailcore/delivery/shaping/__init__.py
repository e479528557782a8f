"""How much may go to whom now: limits as data, and what replies do to them."""
