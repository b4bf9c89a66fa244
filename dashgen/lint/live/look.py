"""Expressions -> what the checks find by asking a server; what all of them need is asked first, several at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding
from dashgen.lint.live.asked import asked
from dashgen.lint.live.live import Live
from dashgen.lint.meaning.names.label_values import asked as questions
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Subjects

_AT_ONCE = 8
Hook = Callable[[Expression, World, Live], Iterable[Finding]]


def look_live(files: Sequence[Subjects], hooks: Sequence[Hook], world: World, live: Live) -> list[Finding]:
    """What the hooks find; the series of a promtool test are its own, so that nobody is asked about them."""
    expressions = [each for subjects in files for each in _expressions(subjects)]
    live.undeployed(name for name in world.records if name not in live.names)
    if hooks:
        _ask_ahead(expressions, world, live)
    return [finding for expression in expressions for hook in hooks for finding in hook(expression, world, live)]


def _expressions(subjects: Subjects) -> Iterator[Expression]:
    """Those of a document, and the series that its variables take values from."""
    yield from (each for each in subjects.expressions if each.kind != "test")
    yield from (question.series for question in questions(subjects))


def _ask_ahead(expressions: Iterable[Expression], world: World, live: Live) -> None:
    """Which of the selectors have series; one after the other this would take most of the time."""
    found = (asked(selector) for each in expressions for selector, _ in each.analysis.selectors)
    there = (each for each in found if each is not None and each.name in live.names and not world.recorded(each.name))
    texts = list(dict.fromkeys(each.text for each in there))
    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        for _ in pool.map(live.labels, texts):
            pass
    finally:
        pool.shutdown(cancel_futures=True)
