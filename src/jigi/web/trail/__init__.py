"""The trace of actions: who did what, when, from where, on what."""
