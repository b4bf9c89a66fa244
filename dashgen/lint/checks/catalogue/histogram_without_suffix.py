"""``histogram-without-suffix``."""

from __future__ import annotations

from dashgen.lint.checks.catalogue._names import NameCheck
from dashgen.lint.finding import Severity


class HistogramWithoutSuffix(NameCheck):
    """A histogram read by its own name, which no series of a classic histogram has.

    A classic histogram is stored as `_bucket`, `_sum` and `_count`. Its bare name finds nothing, except as a native
    histogram of Prometheus 3, and those are read through `histogram_…` functions. `vllm:iteration_tokens_total` is a
    histogram too, whatever its name ends in.

    Bad:

        rate(vllm:iteration_tokens_total[5m])

    Good:

        rate(vllm:iteration_tokens_total_sum[5m])
    """

    code = "CAT007"
    name = "histogram-without-suffix"
    severity = Severity.ERROR
    kind = "base"
