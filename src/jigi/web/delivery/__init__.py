"""/prestations/: operators, their contracts and deliverables, and what happens in a commune this month."""
