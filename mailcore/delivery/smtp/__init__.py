"""The SMTP and LMTP client: pipelined, on asyncio, without knowledge of the queue."""
