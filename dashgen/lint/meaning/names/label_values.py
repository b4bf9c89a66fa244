"""``label_values(series, label)``: how a variable of a dashboard asks for the values of a label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dashgen.lint.document import Place
from dashgen.lint.expression import Expression
from dashgen.lint.subject import Subjects, Variable, text

_CALL = re.compile(r"\s*label_values\(\s*(?P<series>.*\S)\s*,\s*(?P<label>[A-Za-z_]\w*)\s*\)\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class LabelValues:
    """The series as an expression of the variable, and the label with its place."""

    variable: Variable
    series: Expression
    label: str
    place: Place


def label_values(variable: Variable) -> LabelValues | None:
    """What a variable asks the values of; None when it asks something else, or for any series."""
    query = variable.data.get("query")
    path: tuple[str, ...] = ("query", "query") if isinstance(query, Mapping) else ("query",)
    written = text(query.get("query")) if isinstance(query, Mapping) else text(query)
    if not written:
        path, written = ("definition",), text(variable.data.get("definition"))
    match = _CALL.fullmatch(written) if "label_values" in written and variable.type == "query" else None
    if match is None:
        return None
    place = variable.place.child(*path)
    series = Expression(match["series"], place, "variable", variable, variable.about, shift=match.start("series"))
    return LabelValues(variable, series, match["label"], place.within(match.start("label"), match.end("label")))


def asked(subjects: Subjects) -> Iterator[LabelValues]:
    """Every such question of a document."""
    for board in subjects.dashboards:
        for variable in board.variables:
            found = label_values(variable)
            if found is not None:
                yield found
