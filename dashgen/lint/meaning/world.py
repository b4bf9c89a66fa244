"""All that an expression is looked at against: assumptions, the catalogue, and what the files at hand record."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dashgen.catalogue.model import Exporter
from dashgen.lint.assume import Assumptions
from dashgen.lint.expression import analyse
from dashgen.lint.meaning.names.series import Exposure, Known, exposure, known, owners, telling
from dashgen.lint.meaning.records import Record
from dashgen.promql.nodes import Node


@dataclass(eq=False, slots=True)
class World:
    """Answers about names; the same name is looked up once."""

    assume: Assumptions = field(default_factory=Assumptions)
    records: Mapping[str, tuple[Record, ...]] = field(default_factory=dict)
    memo: dict[Hashable, Any] = field(default_factory=dict)
    """What checks share of one run: key -> answer; the key starts with the name of the topic."""
    _exposures: dict[str, Exposure | None] = field(default_factory=dict)

    def known(self, name: str) -> tuple[Known, ...]:
        """The catalogue's entries for a name, in any version of any exporter.

        A name that does not say whose it is may be anybody's, unless somebody spoke of the exporter.
        """
        entries = known(name)
        if all(telling(name, each.exporter.name) for each in entries):
            return entries
        key = ("known", name)
        if key not in self.memo:
            self.memo[key] = tuple(
                each for each in entries if telling(name, each.exporter.name) or self._spoken_of(each)
            )
        found: tuple[Known, ...] = self.memo[key]
        return found

    def _spoken_of(self, entry: Known) -> bool:
        return any(source.stated for source in self.assume.exposed(entry.exporter.name))

    def owners(self, name: str) -> tuple[Exporter, ...]:
        """The exporters that would expose the name if it existed."""
        return owners(name)

    def exposure(self, name: str) -> Exposure | None:
        """Whether the deployment exposes a name of the catalogue."""
        if name not in self._exposures:
            self._exposures[name] = exposure(name, self.assume) if self.known(name) else None
        return self._exposures[name]

    def recorded(self, name: str) -> tuple[Record, ...]:
        """The rules at hand that record a name."""
        return self.records.get(name, ())

    def tree(self, expr: str) -> Node | None:
        """The tree of an expression; None when it has none."""
        return analyse(expr).root
