"""The tables are made by SQL in the migrations: partitioned, and read by daemons without the ORM."""
