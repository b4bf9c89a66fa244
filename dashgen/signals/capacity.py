"""What the engine has in hand: running, waiting, KV cache, preemptions."""

from dashgen.signals.base import Signal

RUNNING = Signal("requests_running", "gauge", "requests", "requests running")
WAITING = Signal("requests_waiting", "gauge", "requests", "requests waiting for capacity")
WAITING_BY_REASON = Signal(
    "requests_waiting_by_reason", "gauge", "requests", "requests waiting by reason", keep=("reason",)
)
KV_CACHE = Signal("kv_cache_usage", "gauge", "ratio", "KV cache usage", combine="max")
PREEMPTIONS = Signal("preemptions", "counter", "requests", "preempted requests")
