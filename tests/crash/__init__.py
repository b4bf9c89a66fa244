"""Builds killed at random moments: nothing is ever half-written, and the next build repairs what is left."""
