"""``# dashgen: ignore CHECK[, CHECK] [until DAY] -- REASON``, as a comment of YAML or of PromQL."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice

from dashgen.lint.document import Document, Path, Place
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding
from dashgen.lint.positions import Spot, locate
from dashgen.lint.subject import Query, Subjects
from dashgen.lint.suppress.layout import Layout
from dashgen.lint.suppress.suppression import Covers, Suppression
from dashgen.promql.tokens import tokens

MARK = "dashgen:"
MOST = 1000
"""Comments of one document; more are no decisions of anybody."""
_COMMENT = re.compile(r"#[ \t]*dashgen:[ \t]*ignore\b[^\n\r]*")
_WORDS = re.compile(
    r"#[ \t]*dashgen:[ \t]*ignore\b:?(?P<checks>(?:(?!\buntil\b|--).)*)(?:\buntil\b(?P<until>(?:(?!--).)*))?"
    r"(?:--(?P<reason>.*))?"
)


def comments(files: Sequence[Subjects], today: date) -> Iterator[Suppression]:
    """Those in the texts of files, in their order."""
    seen: set[tuple[str, Place | None]] = set()
    for subjects in files:
        for document in _documents(subjects):
            if MARK not in document.text:
                continue
            # The documents of a stream have one text.
            if document.syntax == "yaml" and (document.file, document.outer) not in seen:
                seen.add((document.file, document.outer))
                yield from _in_yaml(document, today)
        for expression in subjects.expressions:
            if MARK in expression.text:
                yield from _in_promql(expression, today)


def _documents(subjects: Subjects) -> Iterable[Document]:
    found = {subjects.document: None}
    found |= dict.fromkeys(board.document for board in subjects.dashboards)
    return found | dict.fromkeys(group.document for group in subjects.groups)


def _suppression(text: str, place: Place, covers: Covers, today: date) -> Suppression:
    words = _WORDS.match(text)
    assert words is not None, "comments are found by the beginning of this"
    checks = tuple(part for part in re.split(r"[,\s]+", words["checks"]) if part)
    reason, until = ((words[name] or "").strip() for name in ("reason", "until"))
    return Suppression(place, "suppression in a comment", checks, reason, until, covers, today)


def _in_promql(expression: Expression, today: date) -> Iterator[Suppression]:
    for token in tokens(expression.text):
        if token.kind == "comment" and _COMMENT.match(token.text):
            place = expression.place.within(token.start + expression.shift, token.end + expression.shift)
            yield _suppression(token.text, place, _of_owner(expression), today)


def _of_owner(expression: Expression) -> Covers:
    """A rule as a whole; of a panel with several queries the one, and what is said of the panel itself."""
    document, owner = expression.place.document, expression.owner
    path: Path = expression.place.path[:-1] if owner is None else owner.path
    if expression.kind == "annotation":
        path = expression.place.path[:-1]
    panel = owner.panel.path if isinstance(owner, Query) else None

    def covers(finding: Finding, _: object) -> bool:
        at = finding.place.path
        if finding.place.document is not document:
            return False
        if at[: len(path)] == path:
            return True
        return panel is not None and at[: len(panel)] == panel and at[len(panel) : len(panel) + 1] != ("targets",)

    return covers


def _in_yaml(document: Document, today: date) -> Iterator[Suppression]:
    candidates = list(islice(_COMMENT.finditer(document.text), MOST))
    if not candidates:
        return
    layout = Layout(document.text)
    whole = Document(document.file, document.text, "yaml")
    for match in candidates:
        if not layout.is_comment(match.start()):
            continue
        start, end = layout.covered(match.start())
        place, around = (
            document.outer.within(first, last) if document.outer is not None else Place(whole, (), first, last)
            for first, last in (match.span(), (start, max(start + 1, end)))
        )
        spot = locate(around)
        yield _suppression(match[0], place, _lines(spot.file, spot.line, spot.end_line), today)


def _lines(file: str, first: int, last: int) -> Covers:
    def covers(_: Finding, spot: Callable[[], Spot]) -> bool:
        found = spot()
        return found.file == file and first <= found.line <= last

    return covers
