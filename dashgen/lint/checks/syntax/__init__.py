"""Text that is no PromQL, or not for the Prometheus that will read it."""
