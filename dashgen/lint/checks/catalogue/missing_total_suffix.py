"""``missing-total-suffix``."""

from __future__ import annotations

from dashgen.lint.checks.catalogue._names import NameCheck
from dashgen.lint.finding import Severity


class MissingTotalSuffix(NameCheck):
    """A counter read by the name it has in the code of its exporter, without `_total`.

    Client libraries add `_total` when they write a counter out, and the documentation of vLLM lists names without it.
    The query finds nothing: a rate of preemptions stays blank and `> 1` never becomes true.

    Bad:

        rate(vllm:num_preemptions[5m])

    Good:

        rate(vllm:num_preemptions_total[5m])
    """

    code = "CAT006"
    name = "missing-total-suffix"
    severity = Severity.ERROR
    kind = "total"
