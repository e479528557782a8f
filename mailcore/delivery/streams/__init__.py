"""Streams of automatic mail: what bulk mail must bring, how people leave it, and when one stands still."""
