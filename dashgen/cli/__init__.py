"""One thin module per command; whatever is slow to import is imported inside the command."""
