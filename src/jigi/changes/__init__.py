"""Typed requests to change the register: made by one person with evidence, checked by another, applied, undone.

A request (birth, death, move, split…) holds items; each tells one fact before and after, or one operation and what it
rests on. It is applied only where the register is still as the request found it, by the verbs of `registry.actions`,
whose account of what they wrote makes the counter-request.
"""
