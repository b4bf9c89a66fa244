"""The next number that would mean something else: one more or less of what is counted, a tenth of what is measured.

Of a date it is the day before and the day after.
"""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.promql.nodes import Binary, Node, Number, bare
from dashgen.promql.parse import COMPARISONS
from dashgen.testing.mutate.meaning import between_counts, counts, is_time
from dashgen.testing.mutate.subject import Change, Edit, Subject

_DAY = 86_400


def changes(subject: Subject) -> Iterator[Change]:
    """Other numbers to compare with."""
    for node, _ in subject.each(Binary):
        if node.operator.text not in COMPARISONS:
            continue
        for limit, other in ((node.right, node.left), (node.left, node.right)):
            number = bare(limit)
            if isinstance(number, Number):
                start = node.operator.start if limit is node.right else number.start
                lead = subject.expr[start : number.start]
                for value in _others(number.value, other, exact=node.operator.text in ("==", "!=")):
                    yield Edit(start, number.end, f"{lead}{value:.12g}")


def _others(value: float, compared: Node, *, exact: bool) -> Iterator[float]:
    if value == 0:
        # -1 would let everything through that counts or lasts, as `>= 0` does.
        yield 1
    elif is_time(compared):
        yield from (value - _DAY, value + _DAY)
    elif exact or counts(compared) or between_counts(value):
        yield from (value - 1, value + 1)
    else:
        yield from (value * 0.9, value * 1.1)
