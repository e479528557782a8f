"""Bench `dns`: how many domains are checked in a minute, and whether rightly."""
