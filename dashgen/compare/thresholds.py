"""Numbers somebody is told about: where an alert fires, where a panel draws its line."""

from __future__ import annotations

from dashgen.compare.changes import Code, Words, arrow
from dashgen.compare.expressions import COMPARISONS, difference, keys
from dashgen.promql.tokens import significant

_FIRES = {
    ">": ("above", ""),
    ">=": ("at", " or more"),
    "<": ("below", ""),
    "<=": ("at", " or less"),
    "==": ("at exactly", ""),
    "!=": ("at anything but", ""),
}
_SETS = ("and", "or", "unless")
_ARITHMETIC = ("+", "-", "*", "/", "%", "^")
# Units of Grafana as people write them; every other unit is shown by its id.
_UNITS = {"s": " s", "ms": " ms", "percent": " %", "short": "", "none": "", "": "", "bytes": " bytes"}


def condition(before: str, after: str) -> tuple[Words, ...]:
    """What changed in the expression of an alert; a moved threshold is said as one."""
    moved = _moved(before, after)
    if moved is None:
        return difference(before, after)
    operator, old, new = moved
    lead, tail = _FIRES[operator]
    return ((f"fires {lead} ", Code(old), f"{tail} -> {lead} ", Code(new), tail),)


def _moved(before: str, after: str) -> tuple[str, str, str] | None:
    """(operator, old, new) when the one threshold of the condition, and its repetitions, are all that changed.

    A condition with two comparisons before its first ``and`` has no threshold a word could name.
    """
    old, new = keys(before), keys(after)
    if len(old) != len(new) or old == new:
        return None
    changed = [index for index, pair in enumerate(zip(old, new, strict=True)) if pair[0] != pair[1]]
    kinds = [token.kind for token in significant(before)], [token.kind for token in significant(after)]
    if any(side[index] != "number" for index in changed for side in kinds):
        return None
    main = [index for index, text in enumerate(old) if text in COMPARISONS and _is_comparison(old, index)]
    limit = next((index for index, text in enumerate(old) if text in _SETS), len(old))
    main = [index for index in main if index < limit]
    if len(main) != 1 or main[0] + 1 != changed[0] or len({(old[index], new[index]) for index in changed}) > 1:
        return None
    if any(not _compared_alone(old, index) for index in changed):
        return None
    return old[main[0]], old[changed[0]], new[changed[0]]


def _is_comparison(texts: tuple[str, ...], index: int) -> bool:
    """Whether ``!=`` here compares numbers and is not a matcher."""
    return not (index + 1 < len(texts) and texts[index + 1][:1] in "\"'`")


def _compared_alone(texts: tuple[str, ...], index: int) -> bool:
    following = texts[index + 1] if index + 1 < len(texts) else ""
    return texts[index - 1] in COMPARISONS and following not in _ARITHMETIC


def number(value: float, unit: str) -> str:
    """A value as a panel of that unit shows it: 0.01 of a ``percentunit`` is 1 %."""
    if unit == "percentunit":
        return f"{value * 100:.10g} %"
    if unit == "currencyUSD":
        return f"${value:.10g}"
    return f"{value:.10g}{_UNITS.get(unit, f' {unit}')}"


def lines(
    before: tuple[tuple[str, float], ...], after: tuple[tuple[str, float], ...], old_unit: str, new_unit: str
) -> tuple[Words, ...]:
    """What changed in the thresholds a panel draws."""
    old, new = [value for _, value in before], [value for _, value in after]
    if before == after:
        return ()
    if old == new:
        return (("colour of a threshold changed",),)
    if len(old) == len(new):
        pairs = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
        return tuple(arrow(number(a, old_unit), number(b, new_unit), "threshold") for a, b in pairs)
    if not old:
        return (("threshold drawn at ", Code(_all(new, new_unit))),)
    if not new:
        return (("no threshold any more, it was ", Code(_all(old, old_unit))),)
    return (arrow(_all(old, old_unit), _all(new, new_unit), "thresholds"),)


def _all(values: list[float], unit: str) -> str:
    return ", ".join(number(value, unit) for value in values)
