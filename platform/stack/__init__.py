"""The one-machine stack: parts, rendered configuration, start order and health; it imports no other package of ours."""
