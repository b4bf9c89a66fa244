"""Words about functions: their types, how they are called, and which one may be meant."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from dashgen.promql.functions import METRICSQL, Type, aggregations, functions

TYPES: Mapping[Type, str] = {
    "vector": "an instant vector",
    "matrix": "a range vector",
    "scalar": "a number",
    "text": "a string",
    "any": "anything",
}


def instead(name: str) -> tuple[str, str]:
    """What is expected instead of a function there is not, and what to do."""
    if name in METRICSQL:
        return "a function of Prometheus", "say flavour=victoriametrics if VictoriaMetrics answers; it has this one"
    if name.lower() in aggregations() or name.lower() in functions():
        return f"`{name.lower()}`", f"write `{name.lower()}`"
    close = difflib.get_close_matches(name.lower(), [*functions(), *aggregations()], 1)
    return (f"`{close[0]}`?", f"write `{close[0]}` if that is meant") if close else ("a function it has", "")


def signature(name: str) -> str:
    """How a function is called, in words."""
    function = functions()[name]
    arguments = [TYPES[each].split(" ", 1)[1] for each in function.arguments]
    return f"{name}({', '.join(arguments)}{', …' if function.optional is None else ''})"
