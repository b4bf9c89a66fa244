"""Scenarios -> promtool -> verdict: does every alert fire and stay silent, does every panel show the right number.

promtool is the judge: nothing here evaluates PromQL. Reads the model and the specs; nothing but ``cli`` imports it.
"""
