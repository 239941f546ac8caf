"""Long work: how far it is, what it did, what was checked."""
