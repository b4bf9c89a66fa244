"""Which series an expression reads, and the same expression reading others: where a mutant's copies come in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from dashgen.promql import quote
from dashgen.promql.nodes import At, Matcher, Node, Offset, Ranged, Selector, walk
from dashgen.promql.parse import NotPromQLError, parse

ALERTS = frozenset({"ALERTS", "ALERTS_FOR_STATE"})
"""What Prometheus itself records about alerts."""
ALERT = "alertname"
COPIES = ".+__mutant[0-9]+"
"""Regular expression for the names of mutated alerts."""
ANY = ""
"""Stands for any series, where an expression selects by something else than a name."""
_COPY = re.compile(r"(?::|__)mutant([0-9]+)$")


def record_copy(record: str, number: int) -> str:
    """The name of a record as a mutant has it."""
    return f"{record}:mutant{number}"


def alert_copy(alert: str, number: int) -> str:
    """The name of an alert as a mutant has it."""
    return f"{alert}__mutant{number}"


def number_of(copy: str) -> int | None:
    """The number of the mutant a record or alert belongs to; None for an original."""
    found = _COPY.search(copy)
    return int(found[1]) if found else None


@lru_cache(maxsize=16384)
def read_names(expr: str) -> frozenset[str]:
    """The names of the series an expression reads, ``ANY`` among them where it cannot be told."""
    selectors = _selectors(expr)
    return frozenset({ANY}) if selectors is None else frozenset(_name(node) for node, _ in selectors)


def renamed(expr: str, names: Mapping[str, str]) -> str:
    """The expression reading other records; ``names`` are new names by old ones."""
    if not any(name in expr for name in names):
        return expr
    for node, _ in reversed(_selectors(expr) or ()):
        new = names.get(_name(node))
        if new is not None:
            place = node.name or next(each for each in node.matchers if each.label == "__name__").value
            text = new if node.name else quote.string(new)
            expr = f"{expr[: place.start]}{text}{expr[place.end :]}"
    return expr


def without_copies(expr: str) -> str:
    """The expression seeing only original alerts."""
    return with_alerts(expr, {})


def with_alerts(expr: str, alerts: Mapping[str, str]) -> str:
    """The expression seeing mutated alerts, under their own names, in the place of the originals.

    A range of ``ALERTS`` stays as it is: PromQL cannot give the samples of one series the name of another.
    """
    if "ALERTS" not in expr:
        return expr
    for node, above in reversed(_selectors(expr) or ()):
        if node.name is None or node.name.text not in ALERTS:
            continue
        whole: Node = node
        for outer in reversed(above):
            if not isinstance(outer, Offset | At):
                break
            whole = outer
        if not any(isinstance(outer, Ranged) and outer.inner is whole and not outer.colon for outer in above):
            text = _seen(expr, node, expr[node.end : whole.end], alerts)
            expr = f"{expr[: whole.start]}{text}{expr[whole.end :]}"
    return expr


@lru_cache(maxsize=1024)
def watched(expr: str) -> str | None:
    """The selector of all mutated alerts, where an expression is nothing but one of alerts of any name; else None."""
    selectors = _selectors(expr)
    if selectors is None or len(selectors) != 1:
        return None
    node, above = selectors[0]
    if above or _name(node) not in ALERTS or any(each.label == ALERT for each in node.matchers):
        return None
    return _selector(expr, node, f"{ALERT}=~{quote.string(COPIES)}")


def _seen(expr: str, node: Selector, behind: str, alerts: Mapping[str, str]) -> str:
    hidden = "|".join([*map(quote.regex, alerts), COPIES])
    parts = [_selector(expr, node, f"{ALERT}!~{quote.string(hidden)}") + behind]
    named = [each for each in node.matchers if each.label == ALERT]
    for old, new in alerts.items():
        if all(_accepts(each, old) for each in named):
            copy = _selector(expr, node, f"{ALERT}={quote.string(new)}", without=ALERT) + behind
            parts.append(f'label_replace({copy}, {quote.string(ALERT)}, {quote.replacement(old)}, "", "")')
    return parts[0] if len(parts) == 1 else f"({' or '.join(parts)})"


def _selector(expr: str, node: Selector, more: str, without: str = "") -> str:
    """The selector with one matcher more, and without those of one label."""
    name = node.name.text if node.name else ""
    kept = [expr[each.start : each.end] for each in node.matchers if each.label != without]
    return f"{name}{{{','.join([*kept, more])}}}"


def _accepts(matcher: Matcher, alert: str) -> bool:
    """Whether a matcher lets an alert through; alerts have plain names, so that Python's expressions are RE2's."""
    value = matcher.value.text[1:-1]
    if matcher.operator.text in ("=", "!="):
        return (value == alert) is (matcher.operator.text == "=")
    try:
        return (re.fullmatch(value, alert) is not None) is (matcher.operator.text == "=~")
    except re.error:
        return False


@lru_cache(maxsize=16384)
def _selectors(expr: str) -> tuple[tuple[Selector, tuple[Node, ...]], ...] | None:
    """Selectors with what they are inside of, as written; None for text that does not parse."""
    try:
        root = parse(expr)
    except NotPromQLError:
        return None
    return tuple((node, above) for node, above in walk(root) if isinstance(node, Selector))


def _name(node: Selector) -> str:
    if node.name is not None:
        return node.name.text
    exact = [each for each in node.matchers if each.label == "__name__" and each.operator.text == "="]
    return exact[0].value.text[1:-1] if exact else ANY
