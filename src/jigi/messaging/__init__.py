"""Messages by SMS and voice: reviewed words, what they cost, an outbox that sends each cause once, and who wants none.

A message is a row before it leaves, known by its cause; its reference goes with it as the key of idempotency. An answer
that was lost is asked for, never sent again blindly. The package knows no household: it is given numbers and words.
"""
