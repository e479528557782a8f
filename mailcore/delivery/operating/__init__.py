"""What an operator does with the queue: hold, release, cancel, retry, drain."""
