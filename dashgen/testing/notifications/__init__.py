"""What Alertmanager would tell people, given the configuration that dashgen emits and when alerts fired.

The configuration is read back from the emitted file, so a scenario proves what is deployed. The semantics are those
of Alertmanager 0.25, and the tests compare them with a running one.
"""
