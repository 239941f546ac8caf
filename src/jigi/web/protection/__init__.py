"""The rights of people on their data: requests, the report of what is held, erasure, how long data is kept."""
