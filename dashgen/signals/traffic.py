"""Requests and how they ended."""

from dashgen.signals.base import Signal

REQUESTS = Signal("requests", "counter", "requests", "requests", keep=("outcome", "error_class"))
FINISHED = Signal("finished_requests", "counter", "requests", "finished requests by reason", keep=("finished_reason",))
REJECTIONS = Signal("admission_rejections", "counter", "requests", "refused requests", keep=("reason",))
