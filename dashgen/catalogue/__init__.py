"""What every exporter exposes, by version: names, types, units, labels, buckets, and what turns them on.

This is the only place that knows what exporters expose; it imports nothing of dashgen but ``errors``.
Facts live in ``data/<exporter>.yaml``, each with its upstream source; the code only reads and compares.
"""
