"""/verifications/: asking people what they received, and dealing with what is wrong."""
