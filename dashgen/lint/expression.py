"""One PromQL expression of a file, and its tree; equal texts share their tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeVar

from dashgen.lint.document import Place
from dashgen.promql.nodes import Aggregate, Binary, Call, Node, Offset, Ranged, Selector, walk
from dashgen.promql.nodes import Place as Span
from dashgen.promql.parse import NotPromQLError, parse

if TYPE_CHECKING:
    from dashgen.lint.subject import Dashboard, Query, Rule, Variable

Kind = Literal["panel", "variable", "annotation", "alert", "record", "test"]
N = TypeVar("N", bound=Node)
Above = tuple[Node, ...]
SHORT = 60
"""Characters of an expression that a message quotes."""
_SHARED = 4000
"""Characters up to which equal texts share their tree; longer ones are hardly ever there twice."""
MAX_LENGTH = 20_000
"""Characters; nobody wrote a longer one, and looking at it would take longer than anybody waits."""


@dataclass(eq=False, slots=True)
class Analysis:
    """The tree of a text, or why there is none.

    Each list holds nodes with those they are inside of, outermost first.
    """

    text: str
    root: Node | None = None
    error: NotPromQLError | None = None
    nodes: list[tuple[Node, Above]] = field(default_factory=list)
    selectors: list[tuple[Selector, Above]] = field(default_factory=list)
    calls: list[tuple[Call, Above]] = field(default_factory=list)
    aggregates: list[tuple[Aggregate, Above]] = field(default_factory=list)
    binaries: list[tuple[Binary, Above]] = field(default_factory=list)
    ranges: list[tuple[Ranged, Above]] = field(default_factory=list)
    offsets: list[tuple[Offset, Above]] = field(default_factory=list)

    def of(self, node: Span) -> str:
        """The text of a node or word."""
        return self.text[node.start : node.end]


@dataclass(eq=False, slots=True)
class Expression:
    """``owner`` is what holds it; ``about`` says so in words. ``shift``: where its text starts in the value there."""

    text: str
    place: Place
    kind: Kind
    owner: Query | Rule | Variable | Dashboard | None
    about: str
    shift: int = 0
    _analysis: Analysis | None = None

    @property
    def analysis(self) -> Analysis:
        """Its tree; worked out when first asked for."""
        if self._analysis is None:
            self._analysis = analyse(self.text)
        return self._analysis

    @property
    def in_rule(self) -> bool:
        """Whether Prometheus evaluates it as it is, without Grafana before it."""
        return self.kind in ("alert", "record", "test")

    def short(self, node: Span) -> str:
        """The text of a node on one line, shortened for a message."""
        flat = " ".join(self.analysis.of(node).split())
        return flat if len(flat) <= SHORT else f"{flat[: SHORT - 1]}…"

    def at(self, node: Span) -> Place:
        """Where a node of the tree, or a word of it, stands in the file."""
        return self.place.within(node.start + self.shift, node.end + self.shift)


def analyse(text: str) -> Analysis:
    """The tree of an expression with Grafana's variables in it, and what is in the tree."""
    return _kept(text) if len(text) <= _SHARED else _last(text)


@lru_cache(maxsize=2048)
def _kept(text: str) -> Analysis:
    # Equal texts stand near each other. Trees are many small objects: were all of them kept, each collection of
    # garbage would take seconds once there are enough.
    return _analyse(text)


@lru_cache(maxsize=8)
def _last(text: str) -> Analysis:
    # Whoever looks at a long one looks again soon.
    return _analyse(text)


def _analyse(text: str) -> Analysis:
    found = Analysis(text)
    if len(text) > MAX_LENGTH:
        found.error = NotPromQLError(f"an expression of {len(text)} characters", 0, 1)
        return found
    try:
        found.root = parse(text)
    except NotPromQLError as error:
        # Its traceback would keep all tokens.
        found.error = error.with_traceback(None)
        return found
    lists: dict[type[Node], list[tuple[Node, Above]]] = {
        Selector: found.selectors,  # type: ignore[dict-item]  # a list of pairs of the key's type
        Call: found.calls,  # type: ignore[dict-item]
        Aggregate: found.aggregates,  # type: ignore[dict-item]
        Binary: found.binaries,  # type: ignore[dict-item]
        Ranged: found.ranges,  # type: ignore[dict-item]
        Offset: found.offsets,  # type: ignore[dict-item]
    }
    for pair in walk(found.root):
        found.nodes.append(pair)
        own = lists.get(type(pair[0]))
        if own is not None:
            own.append(pair)
    return found
