"""What an expression means: which series it reads, which labels come out, what kind of number that is.

Shared by checks; knows the catalogue and the language, reports nothing.
"""
