"""Conversations with payment agencies that answer by themselves, one module a protocol.

`conversation.py` is what a dispatch needs of any of them; `pispi.py` speaks it to the PI-SPI API Business through
`wire.py` (HTTP, mutual TLS); `pispi_twin.py` is a platform to talk to in tests, demonstrations and measures, with the
faults that were observed, and `pispi_server.py` serves it as a process of its own. `pispi_qr.py` writes and reads the
square code of the platform.
"""
