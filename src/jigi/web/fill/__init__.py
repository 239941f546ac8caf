"""« Remplir »: questionnaires filled in the browser, at a desk or on a phone without network; what became of them."""
