"""promtool as an exact evaluator: finding one, writing its test files, reading what it ``got:``.

The only room that starts promtool. Knows rule groups, series and questions, no scenarios.
"""
