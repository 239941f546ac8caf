"""The server that phones know (OpenRosa): forms and their files out, fiches in. Not pages: no session, no cookie."""
