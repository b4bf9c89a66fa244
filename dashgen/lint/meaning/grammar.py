"""Everything that is wrong with the text of an expression, whoever wrote it; equal texts are looked at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from dashgen.lint.expression import MAX_LENGTH, Analysis, analyse
from dashgen.promql.faults import Fault, faults
from dashgen.promql.functions import SYNTAX
from dashgen.promql.parse import TooDeepError
from dashgen.promql.second_opinion import refused
from dashgen.promql.strings import strings, unknown_escapes
from dashgen.promql.syntax import Piece, logql, pieces

_WITHOUT_TREE = frozenset({"a duration that is calculated", "`anchored`", "`smoothed`", "`fill`"})
"""Syntax that has no tree here, so that nothing else can be said of a text with it."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """``faults``: what Prometheus refuses in any version. ``escapes``: those of strings among them, to be doubled.

    ``pieces``: syntax that is not read by every version. ``unknown``: nothing can be said of the text, being written
    for something else or ``too_large``.
    """

    faults: tuple[Fault, ...] = ()
    escapes: frozenset[Fault] = frozenset()
    pieces: tuple[Piece, ...] = ()
    unknown: bool = False
    too_large: bool = False


@lru_cache(maxsize=65_536)
def grammar(expr: str) -> Grammar:
    """What is wrong with an expression in PromQL, with Grafana's variables in it."""
    analysis = analyse(expr)
    found = tuple(piece for piece in pieces(expr) if piece.name in SYNTAX) if len(expr) < MAX_LENGTH else ()
    if analysis.root is None:
        return _without_tree(analysis, found)
    escapes = tuple(_escapes(analysis))
    wrong = (*escapes, *faults(analysis.root))
    if not wrong:
        other = refused(expr, analysis.root, found)
        wrong = (other,) if other else ()
    return Grammar(wrong, frozenset(escapes), found)


def _without_tree(analysis: Analysis, found: tuple[Piece, ...]) -> Grammar:
    error = analysis.error
    if error is None or isinstance(error, TooDeepError) or len(analysis.text) > MAX_LENGTH:
        return Grammar(unknown=True, too_large=True)
    newer = any(piece.name in _WITHOUT_TREE for piece in found)
    if newer or logql(analysis.text):
        return Grammar(pieces=found, unknown=not newer)
    start = min(error.start, max(len(analysis.text.rstrip()) - 1, 0))
    return Grammar((Fault(start, max(error.end, start + 1), f"no PromQL: {error}", "PromQL"),), pieces=found)


def _escapes(analysis: Analysis) -> list[Fault]:
    found = []
    for place in strings(analysis.root) if analysis.root else ():
        for start, end in unknown_escapes(analysis.of(place)):
            written = analysis.text[place.start + start : place.start + end]
            found.append(
                Fault(
                    place.start + start,
                    place.start + end,
                    f"the escape `{written}`, which is none in a string",
                    "`\\\\` for a backslash, or a string in backticks",
                    f"write `\\{written}`",
                )
            )
    return sorted(found, key=lambda fault: fault.start)
