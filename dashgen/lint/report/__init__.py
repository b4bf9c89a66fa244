"""Findings in words, one module per format in ``formats``."""
