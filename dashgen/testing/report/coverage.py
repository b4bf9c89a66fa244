"""How much of each spec is asserted, and what is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dashgen.report.line import ASIDE, HEADING, WARNING, Line, columns, indented
from dashgen.testing.results import Covered


def lines(coverage: Sequence[Covered]) -> Iterator[Line]:
    """One table for each spec, and below it the names of what no scenario asserts."""
    for spec in coverage:
        yield Line(f"Coverage of {spec.spec}", HEADING)
        rows = [(kind, f"{found}/{all_of}", percent(found, all_of)) for kind, (found, all_of) in spec.counts.items()]
        full = [found == all_of for found, all_of in spec.counts.values()]
        if rows:
            yield from indented(map(Line, columns(rows, right=(1, 2)), ("" if each else WARNING for each in full)))
        if spec.missing:
            yield from indented([Line("not asserted", ASIDE)])
            yield from indented(map(Line, spec.missing), 4)


def percent(found: int, all_of: int) -> str:
    """Rounded down, so that only all of it is 100 %."""
    return f"{100 * found // all_of if all_of else 100} %"
