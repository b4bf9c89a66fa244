"""Names in a document that something is wrong with, where they stand: one list for all checks of names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from dashgen.catalogue.version import Version
from dashgen.lint.expression import Above, Expression
from dashgen.lint.finding import Edit
from dashgen.lint.meaning.names.label_values import asked
from dashgen.lint.meaning.names.verdict import Verdict, verdict
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Subjects
from dashgen.promql.nodes import Binary, Call, Node, Number, Place, Selector, bare, walk

_NATIVE = Version.parse("3.0")
_ALWAYS_TOLD = frozenset({"unknown", "base"})
"""Kinds that nobody bridges with ``or``: the name never was one, in any version."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A verdict about a name of an expression; ``word`` is where the name is written, without quotes."""

    verdict: Verdict
    expression: Expression
    word: Place

    @property
    def edits(self) -> tuple[Edit, ...]:
        """Puts the right name there."""
        return (Edit(self.expression.at(self.word), self.verdict.replace),) if self.verdict.replace else ()


def faults(subjects: Subjects, world: World) -> tuple[Fault, ...]:
    """What is wrong with the names a document reads, in the order of the document."""
    key = ("faults", subjects)
    if key not in world.memo:
        world.memo[key] = tuple(_faults(subjects, world))
    found: tuple[Fault, ...] = world.memo[key]
    return found


def _expressions(subjects: Subjects) -> Iterator[Expression]:
    yield from (each.series for each in asked(subjects))
    yield from subjects.expressions


def _faults(subjects: Subjects, world: World) -> Iterator[Fault]:
    expressions = tuple(_expressions(subjects))
    read: frozenset[str] | None = None
    for expression in expressions:
        for selector, above in expression.analysis.selectors:
            found = verdict(selector.metric, world)
            if found is None or (found.kind == "base" and _native(above, world)):
                continue
            if found.others and (found.sometimes or found.kind == "colon"):
                read = read if read is not None else _read(expressions)
                if read.intersection(found.others):
                    continue
            if found.kind in _ALWAYS_TOLD or not _bridged(selector, above, world):
                yield Fault(found, expression, _word(selector))


def _read(expressions: tuple[Expression, ...]) -> frozenset[str]:
    return frozenset(selector.metric for each in expressions for selector, _ in each.analysis.selectors)


def _native(above: Above, world: World) -> bool:
    """Whether a function for native histograms, which have no suffixes, is given the series."""
    calls = (node.function.text for node in above if isinstance(node, Call))
    return world.assume.prometheus >= _NATIVE and any(name.startswith("histogram_") for name in calls)


def _bridged(selector: Selector, above: Above, world: World) -> bool:
    """Whether ``or`` puts other series, which are there, in the place of missing ones."""
    chain = (*above, selector)
    for node, inside in pairwise(chain):
        if isinstance(node, Binary) and node.operator.text.lower() == "or":
            other = node.right if node.left is inside else node.left
            if not _constant(other) and any(
                isinstance(each, Selector) and each.metric and verdict(each.metric, world) is None
                for each, _ in walk(other)
            ):
                return True
    return False


def _constant(node: Node) -> bool:
    """``0 * x``: a number with the labels of something."""
    node = bare(node)
    if not isinstance(node, Binary) or node.operator.text != "*":
        return False
    return any(isinstance(side, Number) and side.value == 0 for side in (bare(node.left), bare(node.right)))


def _word(selector: Selector) -> Place:
    """The name, wherever it is written."""
    word: Place | None = selector.name
    if word is None:
        named = selector.where("__name__")
        word = named.value if named is not None else selector
        return Place(word.start + 1, word.end - 1)
    return Place(word.start + 1, word.end - 1) if selector.name and selector.name.text[:1] in "\"'`" else word
