"""Dashboards and alerts as code for LLM serving.

Data flows one way: ``spec -> (catalogue, signals) -> model -> emit -> out/``.
"""

__version__ = "0.1.0"
