"""``live-no-series``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from dashgen.lint.check import Check
from dashgen.lint.expression import Above, Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.live.alike import near_there, of_exporter, same_there
from dashgen.lint.live.asked import Asked, asked, written
from dashgen.lint.live.events import of_label, of_name
from dashgen.lint.live.excuse import excuse
from dashgen.lint.live.live import Live
from dashgen.lint.live.passes import alone_empty, no_series, without_label
from dashgen.lint.meaning.names.named import whose
from dashgen.lint.meaning.names.verdict import decisive
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Selector


class LiveNoSeries(Check):
    """The server had no series of that name, or of those labels together, in the last day.

    The panel is blank on this server and the alert silent, whatever the documentation of an exporter says: it is not
    scraped, it runs in another version, its feature is off, or something on the way renamed the series.

    Series that come with their first event, such as counters of errors, are told as info: there may have been none.
    Names that rules of the same files record are left alone until they are deployed, and so is what `absent()`,
    `unless` or the other side of `or` makes up for.

    Bad:

        sum by (model_name) (vllm:num_requests_waiting)

    Good:

        sum by (model_name) (vllm:num_requests_running)
    """

    code = "LIV001"
    name = "live-no-series"
    severity = Severity.ERROR
    server = {"vllm:num_requests_running": [{"model_name": "llama", "job": "vllm"}]}

    def live(self, expression: Expression, world: World, live: Live) -> Iterable[Finding]:
        """Looks at every selector with a fixed name."""
        seen: set[str] = set()
        for selector, above in expression.analysis.selectors if live.whole else ():
            what = asked(selector)
            if what is None or world.recorded(what.name) or what.text in seen:
                continue
            seen.add(what.text)
            if what.name in live.names:
                found = self._together(expression, selector, what, live)
            else:
                found = self._name(expression, selector, what.name, world, live)
            if found is not None:
                yield from _in_place(found, selector, above, live)

    def _name(self, expression: Expression, selector: Selector, name: str, world: World, live: Live) -> Finding | None:
        same = same_there(name, world, live)
        event = "" if same else of_name(name, world, live)
        # A name of the catalogue is no slip of the pen.
        there = same or ("" if event or world.known(name) else near_there(name, live))
        more, expected, action = _expected(name, world, live)
        found = self.finding(
            expression.at(selector.name if selector.name is not None else selector),
            expression.about,
            f"`{name}`, of which the server had no series in the last day{more}" + (f"; {event}" if event else ""),
            f"`{there}`, which is there" if there else expected,
            f"read `{there}` if that is meant" if there else "make sure that the name is right" if event else action,
        )
        return replace(found, severity=Severity.INFO) if event else found

    def _together(self, expression: Expression, selector: Selector, what: Asked, live: Live) -> Finding | None:
        if len(what.matchers) < 2 or not no_series(what, live):
            return None
        if without_label(what, live) or alone_empty(what, live):
            return None
        found = self.finding(
            expression.at(selector),
            expression.about,
            f"{' and '.join(f'`{written(each)}`' for each in what.matchers)}, which no series of `{what.name}` on the"
            " server passed together in the last day, though each of them alone",
            "labels that one series has",
            "look which of these belong together",
        )
        rare = any(of_label(each.label) for each in what.matchers)
        return replace(found, severity=Severity.INFO if rare else Severity.WARNING)


def _in_place(found: Finding, selector: Selector, above: Above, live: Live) -> Iterable[Finding]:
    """The finding, unless the expression takes it into account."""
    meant = excuse(selector, above, live)
    if meant == "fallback":
        yield replace(found, severity=Severity.INFO, found=f"{found.found}; what follows `or` stands in for it")
    elif not meant:
        yield found


def _expected(name: str, world: World, live: Live) -> tuple[str, str, str]:
    """What else is missing, what the catalogue says of a name, and what to do."""
    exposed = decisive(name, world)
    if exposed is None:
        return "", "a series with samples", "correct the name, or have it scraped"
    exporter = exposed.known.exporter
    if exposed.state == "never":
        return "", f"a series with samples; {exporter.title}: {exposed.answer.reason}", exposed.answer.how
    expected = f"a series, as exposed by {whose(exporter, exposed.source, world.assume)}"
    if not of_exporter(exporter.name, world, live):
        return f", nor any other of {exporter.title}", expected, "have its targets scraped"
    return "", expected, "check which version runs, and with which features"
