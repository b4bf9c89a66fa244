"""Findings somebody wants to live with: where it is said, of which checks, why and until when."""
