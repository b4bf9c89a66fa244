"""Speaking HTTP to a Prometheus, or to what answers like one: credentials, TLS, redirects, and what went wrong.

Knows nothing of specs, rules or recordings.
"""
