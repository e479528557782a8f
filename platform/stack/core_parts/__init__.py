"""The parts that are not mail: PostgreSQL, Redis and the processes of our own code."""
