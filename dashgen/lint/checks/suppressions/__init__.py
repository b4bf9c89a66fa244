"""Checks of what hides findings of the others."""
