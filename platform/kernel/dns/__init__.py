"""DNS as every plane needs it: names, a stub resolver, and the walk to authoritative servers."""
