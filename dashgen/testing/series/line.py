"""One series as it will be played, and sets of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from dashgen.promql.selector import Match, vector

SeriesSet = Mapping[str, str]
"""Values in promtool's notation by selector, labels sorted."""


@dataclass(frozen=True, slots=True)
class Line:
    """One series of a source: ``family`` is the name without what a histogram adds to it.

    ``implied``: sum and count of a histogram nobody asked for as such; whoever does wins.
    """

    source: str
    model: str
    family: str
    name: str
    labels: Mapping[str, str]
    values: str
    implied: bool = False

    @property
    def selector(self) -> str:
        """``name{labels}``, which is also what tells it from every other series."""
        return selector(self.name, self.labels)


def selector(name: str, labels: Mapping[str, str]) -> str:
    """``name{label="value"}`` with labels sorted; a label without value is none."""
    return vector(name, (Match(label, "=", value) for label, value in labels.items() if value))


@dataclass(frozen=True, slots=True)
class Claim:
    """What a part shows and the background therefore does not: series called so of a model, whatever their pod.

    ``labels`` are those that say which of them: an outcome, a reason. ``implied`` names are only claimed where the
    background has them unasked as well.
    """

    source: str
    model: str
    names: frozenset[str]
    labels: Mapping[str, str]
    implied: frozenset[str] = frozenset()

    def covers(self, line: Line) -> bool:
        """Whether it is one of the series claimed."""
        named = line.name in self.names or (line.implied and line.name in self.implied)
        same = (line.source, line.model) == (self.source, self.model)
        return named and same and all(line.labels.get(label, "") == value for label, value in self.labels.items())


def left(lines: Iterable[Line], claims: Iterable[Claim]) -> Iterator[Line]:
    """The lines nobody claims."""
    by_model: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        by_model.setdefault((claim.source, claim.model), []).append(claim)
    for line in lines:
        if not any(claim.covers(line) for claim in by_model.get((line.source, line.model), ())):
            yield line


def together(lines: Iterable[Line]) -> dict[str, Line]:
    """The lines by selector; of two with the same one, the first, but never an implied one."""
    found: dict[str, Line] = {}
    for line in lines:
        name = line.selector
        if name not in found or (found[name].implied and not line.implied):
            found[name] = line
    return found


def text(lines: Mapping[str, Line]) -> dict[str, str]:
    """The lines as promtool takes them, sorted."""
    return {name: lines[name].values for name in sorted(lines)}
