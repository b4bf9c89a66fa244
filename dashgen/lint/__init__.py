"""Checks of dashboards and rules, ours and anybody's, without a Prometheus: what would be blank, silent or wrong.

Reads texts, never specs or the model; what it knows of exporters comes from the catalogue, of a deployment from
``assume``. Nothing here prints, and nothing outside but the commands imports it.
"""
