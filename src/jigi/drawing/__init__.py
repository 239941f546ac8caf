"""Drawings made by the server as SVG: maps and charts, the same on a page, on paper and without network."""
