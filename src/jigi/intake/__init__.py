"""How facts come in: files with a mapping, staged by COPY, checked set-wise, merged in one transaction.

A row with an error is held, with file, line, column and remedy; the good rows go in; running twice changes
nothing.
"""
