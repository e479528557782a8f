"""Ways to write a zone: DNS UPDATE, and providers' interfaces."""
