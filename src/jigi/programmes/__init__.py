"""What is given: programmes, components, terms, financing agreements, agencies, as reviewed TOML files.

A programme file is loaded whole or refused with line and reason. Programme, component, financing agreement
and implementing unit are separate things.
"""
