"""Model -> text: one module per target, and the writing of what they produce.

``grafana.py`` alone touches grafanalib. Nothing here knows signals, sources or exporters.
"""
