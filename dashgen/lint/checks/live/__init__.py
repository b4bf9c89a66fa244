"""What a running Prometheus says about the series that files read; only with ``--prometheus``."""
