"""``removed-metric``."""

from __future__ import annotations

from dashgen.lint.checks.catalogue._names import NameCheck
from dashgen.lint.finding import Severity


class RemovedMetric(NameCheck):
    """A name its exporter no longer exposes, without a successor.

    The panel was right once and went blank with an upgrade of the exporter. vLLM took swapping and the CPU cache out
    with its first engine: there is nothing left to count, so a panel of them says "nothing swapped" on a server that
    preempts requests instead.

    Bad:

        sum(vllm:num_requests_swapped)

    Good:

        sum(rate(vllm:num_preemptions_total[$__rate_interval]))
    """

    code = "CAT003"
    name = "removed-metric"
    severity = Severity.ERROR
    kind = "removed"
