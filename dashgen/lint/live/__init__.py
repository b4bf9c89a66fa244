"""What a running Prometheus knows of the series that files read: names, labels, values, types."""
