"""All that an expression is looked at against: assumptions, the catalogue, and what the files at hand record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dashgen.catalogue.model import Exporter
from dashgen.lint.assume import Assumptions
from dashgen.lint.expression import analyse
from dashgen.lint.meaning.records import Record
from dashgen.lint.meaning.series import Exposure, Known, exposure, known, owners
from dashgen.promql.nodes import Node


@dataclass(eq=False, slots=True)
class World:
    """Answers about names; the same name is looked up once."""

    assume: Assumptions = field(default_factory=Assumptions)
    records: Mapping[str, tuple[Record, ...]] = field(default_factory=dict)
    _exposures: dict[str, Exposure | None] = field(default_factory=dict)

    def known(self, name: str) -> tuple[Known, ...]:
        """The catalogue's entries for a name, in any version of any exporter."""
        return known(name)

    def owners(self, name: str) -> tuple[Exporter, ...]:
        """The exporters that would expose the name if it existed."""
        return owners(name)

    def exposure(self, name: str) -> Exposure | None:
        """Whether the deployment exposes a name of the catalogue."""
        if name not in self._exposures:
            self._exposures[name] = exposure(name, self.assume)
        return self._exposures[name]

    def recorded(self, name: str) -> tuple[Record, ...]:
        """The rules at hand that record a name."""
        return self.records.get(name, ())

    def tree(self, expr: str) -> Node | None:
        """The tree of an expression; None when it has none."""
        return analyse(expr).root
