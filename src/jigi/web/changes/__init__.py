"""Changes to the register: asked from a household's page or by a file, checked by another person, undone."""
