"""``live-no-value``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from dashgen.lint.check import Check
from dashgen.lint.document import Place
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.live.alike import nearest, some
from dashgen.lint.live.asked import Asked, asked, wants
from dashgen.lint.live.events import of_label, of_value
from dashgen.lint.live.excuse import excuse
from dashgen.lint.live.literals import literals
from dashgen.lint.live.live import Live
from dashgen.lint.live.passes import alone_empty, no_series
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Matcher


class LiveNoValue(Check):
    """A value that the label has in no series on the server.

    `job="vllm"` selects nothing where the job is called `vllm-engine`: the panel is blank and the alert silent. The
    names of jobs, namespaces and models are decided by whoever deploys, so only a server knows them.

    Values that come with their first event, such as a status code, are told as info, and so is one of several
    alternatives. Variables of Grafana are not looked at.

    Bad:

        sum(vllm:num_requests_running{job="vllm"})

    Good:

        sum(vllm:num_requests_running{job="vllm-engine"})
    """

    code = "LIV003"
    name = "live-no-value"
    severity = Severity.ERROR
    server = {"vllm:num_requests_running": [{"model_name": "llama", "job": "vllm-engine"}]}

    def live(self, expression: Expression, world: World, live: Live) -> Iterable[Finding]:
        """Looks at equality, at alternatives, and at expressions that match nothing."""
        for selector, above in expression.analysis.selectors if live.whole else ():
            what = asked(selector)
            if what is None or world.recorded(what.name) or what.name not in live.names:
                continue
            found = [
                each for matcher in what.matchers for each in self._matcher(expression, what, matcher, world, live)
            ]
            meant = excuse(selector, above, live) if found else ""
            if meant == "fallback":
                yield from (replace(each, severity=Severity.INFO) for each in found)
            elif not meant:
                yield from found

    def _matcher(
        self, expression: Expression, what: Asked, matcher: Matcher, world: World, live: Live
    ) -> Iterator[Finding]:
        named = literals(matcher)
        # Equality takes part in the answer about the whole selector, alternatives may hide behind each other.
        if not named or (len(named) == 1 and not no_series(what, live)):
            if not named and matcher.operator.text == "=~" and wants(matcher):
                yield from self._expression(expression, what, matcher, live)
            return
        there = live.values(what.name, matcher.label)
        if not there:
            return
        missing = [(value, place) for value, place in named if not _has(there, value, matcher)]
        for value, place in missing:
            close = nearest(value, there)
            almost = nearest(value, there, slip=True) if len(value) > 3 else ""
            event = of_value(what.name, matcher.label, value, world)
            finding = self._finding(
                expression.at(place),
                expression.about,
                f"`{value}`, which `{matcher.label}` is in no series of `{what.name}` on the server",
                there,
                event,
                close,
            )
            harmless = len(missing) < len(named) or (event and not almost)
            yield replace(finding, severity=Severity.INFO) if harmless else finding

    def _expression(self, expression: Expression, what: Asked, matcher: Matcher, live: Live) -> Iterator[Finding]:
        there = live.values(what.name, matcher.label) if matcher in alone_empty(what, live) else None
        if there:
            rare = of_label(matcher.label)
            finding = self._finding(
                expression.at(matcher.value),
                expression.about,
                f"`{matcher.text}`, which matches `{matcher.label}` of no series of `{what.name}` on the server",
                there,
                "a value may come with the first such event" if rare else "",
            )
            yield replace(finding, severity=Severity.INFO) if rare else finding

    def _finding(
        self, place: Place, about: str, found: str, there: frozenset[str], event: str, close: str = ""
    ) -> Finding:
        return self.finding(
            place,
            about,
            found + (f"; {event}" if event else ""),
            f"one of {some(there)}" if len(there) > 1 else f"{some(there)}, its only value there",
            f"write `{close}` if that is meant" if close else "select some of these",
        )


def _has(there: frozenset[str], value: str, matcher: Matcher) -> bool:
    if value in there or matcher.operator.text == "=":
        return value in there
    # A dot that is not escaped takes any character.
    return any(
        len(each) == len(value) and all(b in (a, ".") for a, b in zip(each, value, strict=True)) for each in there
    )
