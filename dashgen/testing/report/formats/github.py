"""``github``: an annotation of the workflow at each failure and each warning, then the verdict.

GitHub shows ten errors of a step at the most; the log has all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.errors import Location
from dashgen.testing.report import differences, failure
from dashgen.testing.report.line import Line, plain
from dashgen.testing.report.summary import summary
from dashgen.testing.results import Run

# What the runner undoes, in a message and in a property.
_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def lines(run: Run, *, quiet: bool = False) -> Iterator[Line]:
    """The annotations; ``quiet``, without warnings."""
    for result in run.results:
        for each in result.failures:
            title = f"{result.name}: {each.subject}"
            yield Line(_annotation("error", plain(failure.lines(each)), title, each.where))
    for warning in () if quiet else run.warnings:
        yield Line(_annotation("warning", warning, "dashgen test"))
    if run.vmalert is not None and not quiet:
        yield Line(_annotation("notice", differences.counts(run), "dashgen test"))
    yield Line(summary(run))


def _annotation(level: str, message: str, title: str, where: Location | None = None) -> str:
    found = {"file": where.file, "line": where.line, "col": where.column} if where else {}
    properties = {name: str(value) for name, value in found.items() if value} | {"title": title}
    inner = ",".join(f"{name}={value.translate(_PROPERTY)}" for name, value in properties.items())
    return f"::{level} {inner}::{message.translate(_MESSAGE)}"
