"""What comes out of an expression: its labels, its unit, between which values it is, what kind of number."""
