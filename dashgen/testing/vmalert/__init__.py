"""vmalert-tool as a second evaluator: finding one, writing its test files, reading what it got.

The only room that starts vmalert-tool. Knows rule groups, series and questions, no scenarios.
"""
