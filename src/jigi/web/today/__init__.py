"""« Aujourd’hui »: what needs me."""
