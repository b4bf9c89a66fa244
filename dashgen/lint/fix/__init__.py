"""Edits of findings -> the text of a file with them made; whatever is not edited stays as it is written."""
