"""The loop that posts due deliveries: asyncio on a thread of its own, psycopg, no ORM."""
