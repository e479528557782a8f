"""DNS verdicts and when to look again."""
