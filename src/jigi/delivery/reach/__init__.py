"""Who was reached in a year, household by household and person by person, kept by the database itself."""
