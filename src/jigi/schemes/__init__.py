"""What every social-protection scheme gave, to whom and when, as the schemes give it back.

Contributory and not: a scheme is known by a reviewed file; what it provided enters by batches of lines that are
checked, looked at, recorded, and may be undone whole. A benefit names a household of the register by its number.
"""
