"""Disaggregated serving: which of two engines a request passes speaks for it.

A prefill engine computes the prompt and hands the KV cache over; a decode engine produces the tokens. Both count
the request, its prompt and its end, so adding them up counts everything twice (vLLM: the prefill engine runs the
request with ``max_tokens=1``). What describes an engine itself (queue, KV cache, preemptions) belongs to both.
"""

from __future__ import annotations

from collections.abc import Mapping

from dashgen.spec import Source

_ENDS = ("tokens_output", "itl", "request_duration", "requests", "finished_requests", "output_tokens_per_request")
_BEGINS = ("ttft", "tokens_input", "input_tokens_per_request", "prefix_cache_hits", "prefix_cache_queries")

NOT_ASKED: Mapping[str, frozenset[str]] = {
    "unified": frozenset(),
    "prefill": frozenset(_ENDS),
    "decode": frozenset(_BEGINS),
}
"""Signals that an engine of each role does not answer, because the other one does."""


def speaks_for(source: Source, signal: str) -> bool:
    """Whether a source is the one to ask for a signal."""
    return signal not in NOT_ASKED[source.role]
