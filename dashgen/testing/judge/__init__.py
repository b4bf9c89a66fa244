"""Whether what promtool answered is what a scenario expects; only numbers and states are compared here, no PromQL."""
