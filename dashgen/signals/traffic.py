"""Requests and how they ended."""

from dataclasses import replace

from dashgen.signals.base import Signal

REQUESTS = Signal("requests", "counter", "requests", "requests", keep=("outcome", "error_class"))
FAILURES = replace(REQUESTS, requires=("error_class",), meaning="requests by why they failed")
"""The same series, from sources that tell failures: some routers count requests and not how they end."""
FINISHED = Signal("finished_requests", "counter", "requests", "finished requests by reason", keep=("finished_reason",))
PREFILL_FINISHED = replace(
    FINISHED, record="finished_prefill", role="prefill", meaning="requests by how the prefill engine ended them"
)
"""Ends at the prefill engine; most are handed over to a decode engine and end there."""
REJECTIONS = Signal("admission_rejections", "counter", "requests", "refused requests", keep=("reason",))
