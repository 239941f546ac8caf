"""/partages/: the agreements by which the register is shared."""
