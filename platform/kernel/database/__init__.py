"""Django's database engine of this platform; Django wants it in a module called `base`."""
