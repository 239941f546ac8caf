"""Kills: of the process that acts and of the database, at any moment; nothing is lost, nothing is done twice."""
