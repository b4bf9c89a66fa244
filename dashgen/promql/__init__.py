"""Writing and reading PromQL: quoting, selectors, histograms, Grafana macros.

Knows the language and nothing about exporters, signals or specs.
"""
