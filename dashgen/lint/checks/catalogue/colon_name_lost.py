"""``colon-name-lost``."""

from __future__ import annotations

from dashgen.lint.checks.catalogue._names import NameCheck
from dashgen.lint.finding import Severity


class ColonNameLost(NameCheck):
    """A name with `_` where the exporter writes a colon, or the other way around.

    vLLM, SGLang and llama.cpp put a colon into their names. Some paths lose it: a prometheus_client from 0.23 that
    is asked for names without UTF-8, Ray's metrics agent, a collector that escapes names. On any other path the name
    with `_` finds nothing; so does the name with the colon on a path that loses it, which the variant of the source
    says.

    Bad:

        sum(vllm_num_requests_running)

    Good:

        sum(vllm:num_requests_running)
    """

    code = "CAT010"
    name = "colon-name-lost"
    severity = Severity.WARNING
    kind = "colon"
