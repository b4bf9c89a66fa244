"""Series captured from a Prometheus: asking for them, keeping private labels private, a file one can read and diff."""
