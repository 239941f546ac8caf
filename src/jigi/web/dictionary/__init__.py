"""The conceptual data model: every entity and field in French, sought, printed, as a document."""
