"""A payment agency, played by a small program: it reads an order file and writes what would come back.

It shares no code with Jigi, so that both sides of the conversation are not wrong in the same way.
"""
