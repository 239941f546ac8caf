"""/regimes/: the schemes of social protection, what each gave, and who is served by two of them."""
