"""Series over time, in promtool's notation: from values, from distributions, from signals through the catalogue.

The inverse of ``signals.raw``: what an exporter would show so that a signal has these values.
"""
