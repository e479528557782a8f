"""Which of our addresses mail leaves from: pools, warm-up, standbys, listings."""
