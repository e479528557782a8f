"""How much of a header is taken: far beyond any letter, well before it costs others their time."""

#: Received fields; more are a loop (RFC 5321 §6.3 asks for at least 100).
MAX_HOPS = 100
MAX_FIELDS = 2_000
#: Bytes of one field and of all.
MAX_FIELD, MAX_HEADER = 59_000, 1_000_000
