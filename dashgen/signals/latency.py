"""How long users and engines wait."""

from dashgen.signals.base import Signal

TTFT = Signal("ttft", "histogram", "s", "time to first token")
ITL = Signal("itl", "histogram", "s", "inter-token latency")
REQUEST_DURATION = Signal("request_duration", "histogram", "s", "request duration")
QUEUE_TIME = Signal("queue_time", "histogram", "s", "time in the engine's queue")
