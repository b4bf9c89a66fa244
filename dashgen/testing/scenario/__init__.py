"""What a scenario is: typed models, YAML -> Scenario with file:line:column errors, which ones are there.

Knows neither promtool nor how series are made.
"""
