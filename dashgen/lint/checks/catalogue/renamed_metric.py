"""``renamed-metric``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dashgen.lint.checks.catalogue._names import NameCheck
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Panel

_ITL = re.compile(r"\bITL\b|inter[- ]?token", re.IGNORECASE)
_PER_REQUEST = "vllm:request_time_per_output_token_seconds"
_PER_TOKEN = "vllm:inter_token_latency_seconds"


class RenamedMetric(NameCheck):
    """A name that its exporter exposes under another name in the assumed version.

    Exporters rename metrics twice a year. The panel goes blank and the alert silent, and nobody is told: of 99 public
    LLM dashboards 16 query names of vLLM that are gone. `--fix` writes the name of the assumed version. The successor
    of `vllm:time_per_output_token_seconds` is `vllm:inter_token_latency_seconds`; the mean per request, which has
    almost the old name, is something else: short answers weigh as much as long ones.

    Bad:

        max by (pod) (vllm:gpu_cache_usage_perc)

    Good:

        max by (pod) (vllm:kv_cache_usage_perc)
    """

    code = "CAT002"
    name = "renamed-metric"
    severity = Severity.ERROR
    kind = "renamed"

    def panel(self, panel: Panel, world: World) -> Iterable[Finding]:
        """Looks for the means per request where the latencies between tokens were meant."""
        if not _ITL.search(panel.title):
            return
        for query in panel.queries:
            expression = query.expression
            for selector, _ in expression.analysis.selectors if expression else ():
                name = selector.metric
                if expression and selector.name and name.startswith(f"{_PER_REQUEST}_"):
                    right = name.replace(_PER_REQUEST, _PER_TOKEN)
                    yield self.finding(
                        expression.at(selector.name),
                        expression.about,
                        f"`{name}`, the mean per request, in a panel of latencies between tokens",
                        f"`{right}`, the successor of `vllm:time_per_output_token_seconds`",
                        f"read `{right}`, or call the panel time per output token",
                    )
