"""Which series the alerts of a project watch for disappearing: ``absent``, ``up == 0``, ``… unless the_series``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from dashgen.lint.meaning.firing.conditions import comparison
from dashgen.lint.meaning.numbers.bounds import Bounds, holds
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Rule
from dashgen.promql.nodes import Aggregate, Binary, Call, Node, Selector, walk

_ABSENT = frozenset({"absent", "absent_over_time"})
_DEEPEST = 6
ZERO = Bounds(0, 0)


@dataclass(slots=True)
class Watched:
    """Names, beginnings of names, exporters and jobs that an alert asks for; ``every``: ``up == 0`` of all jobs."""

    names: set[str] = field(default_factory=set)
    exporters: set[str] = field(default_factory=set)
    spaces: set[str] = field(default_factory=set)
    jobs: set[str] = field(default_factory=set)
    every: bool = False

    @property
    def any(self) -> bool:
        """Whether anything is watched."""
        return bool(self.every or self.names or self.jobs)

    def covers(self, selector: Selector, world: World) -> bool:
        """Whether something fires when the series of a selector are gone."""
        name = selector.metric
        if self.every or name in self.names:
            return True
        job = selector.where("job")
        if job is not None and _same_job(job.text, self.jobs):
            return True
        entries = world.known(name)
        if any(each.exporter.name in self.exporters for each in entries):
            return True
        if job is None and any(_same_job(each.exporter.name, self.jobs) for each in entries):
            return True
        space = namespace(name)
        if not entries and space in self.spaces:
            return True
        return job is None and any(space.rstrip(":_").lower() in each.lower() for each in self.jobs)


def namespace(name: str) -> str:
    """What the names of one exporter begin with: ``xinference:``, ``llmkube_``."""
    before, colon, _ = name.partition(":")
    return before + colon if colon else name.partition("_")[0] + "_"


def _same_job(text: str, jobs: set[str]) -> bool:
    return any(text == each or text in each or each in text for each in jobs)


def watched(rules: Iterable[Rule], world: World) -> Watched:
    """What the alerts ask for."""
    found = Watched()
    for rule in rules:
        root = rule.expression.analysis.root if rule.expression is not None else None
        if root is not None and rule.kind == "alert":
            for selector in _asked(root, world, 0):
                _add(selector, found, world)
    return found


def _asked(root: Node, world: World, depth: int) -> Iterator[Selector]:
    """The series whose absence makes an expression true, those behind recorded names too."""
    for node, above in walk(root):
        if isinstance(node, Call) and node.function.text in _ABSENT:
            yield from _read(node, world, depth)
        elif isinstance(node, Binary) and node.operator.text.lower() == "unless":
            yield from _read(node.right, world, depth)
        elif isinstance(node, Selector) and node.metric == "up":
            if _asked_for_zero(above):
                yield node
        elif isinstance(node, Selector) and depth < _DEEPEST:
            for record in world.recorded(node.metric):
                tree = world.tree(record.expr)
                if tree is not None:
                    yield from _asked(tree, world, depth + 1)


def _asked_for_zero(above: tuple[Node, ...]) -> bool:
    """Whether the comparison around ``up`` is true of 0: ``up == 0``, ``sum(up) < 2``; not ``count(up == 1) < 2``."""
    for node in reversed(above):
        if isinstance(node, Aggregate) and node.function.text.lower() == "count":
            return False
        if isinstance(node, Binary):
            found = comparison(node)
            if found is None or found.threshold is None:
                return False
            return holds(found.operator, ZERO, Bounds(found.threshold, found.threshold)) is True
    return False


def _read(root: Node, world: World, depth: int) -> Iterator[Selector]:
    for node, _ in walk(root):
        if isinstance(node, Selector):
            yield node
            for record in world.recorded(node.metric) if depth < _DEEPEST else ():
                tree = world.tree(record.expr)
                if tree is not None:
                    yield from _read(tree, world, depth + 1)


def _add(selector: Selector, found: Watched, world: World) -> None:
    name = selector.metric
    job = selector.where("job")
    if name == "up":
        if job is None:
            found.every = True
        else:
            found.jobs.add(job.text)
        return
    if not name:
        return
    found.names.add(name)
    entries = world.known(name)
    found.exporters |= {each.exporter.name for each in entries}
    if not entries:
        found.spaces.add(namespace(name))


def behind(selector: Selector, world: World, depth: int = 0) -> Iterator[Selector]:
    """The selector, or the series that a recorded name cannot do without."""
    recorded = world.recorded(selector.metric)
    if not recorded:
        yield selector
        return
    for record in recorded if depth < _DEEPEST else ():
        tree = world.tree(record.expr)
        for each in needed(tree) if tree is not None else ():
            yield from behind(each, world, depth + 1)


def needed(root: Node) -> Iterator[Selector]:
    """The series that an expression has no value without."""
    for node, above in walk(root):
        if isinstance(node, Selector) and not _replaceable(node, above):
            yield node


def _replaceable(node: Node, above: tuple[Node, ...]) -> bool:
    """Whether the expression has a value without the node: ``absent``, right of ``unless``, beside ``or``."""
    chain = (*above, node)
    for outer, inner in pairwise(chain):
        if isinstance(outer, Call) and outer.function.text.startswith("absent"):
            return True
        if isinstance(outer, Binary):
            operator = outer.operator.text.lower()
            if operator == "or" or (operator == "unless" and inner is outer.right):
                return True
    return False
