"""What dashgen costs, as ratios between whole processes of the same run: ``python -m tests.bench``."""
