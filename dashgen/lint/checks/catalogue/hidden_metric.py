"""``hidden-metric``."""

from __future__ import annotations

from dashgen.lint.checks.catalogue._names import NameCheck
from dashgen.lint.finding import Severity


class HiddenMetric(NameCheck):
    """A name its exporter hides unless a flag of the server shows it.

    vLLM hides a deprecated metric for a release or more before it takes it out. The flag that shows it has to name
    the previous minor version, so a flag that is left as it is stops working with the next upgrade. The query finds
    nothing, on the day the deprecation begins to count and not on the day of the removal.

    Bad:

        max by (model_name) (vllm:gpu_cache_usage_perc)

    Good:

        max by (model_name) (vllm:kv_cache_usage_perc)
    """

    code = "CAT004"
    name = "hidden-metric"
    severity = Severity.ERROR
    kind = "hidden"
    assume = ("vllm=0.11.0",)
