"""Operators and their contracts: where each works, what it must reach, what it is paid on."""
