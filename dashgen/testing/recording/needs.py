"""What a recording has to hold: the raw series a spec's rules and panels rest on, and how far back they read them.

What rules record is not captured, for a replay computes it; a panel that reads a record an hour back, made of raw
series over another hour, needs those of two hours. ``ALERTS`` is computed too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from dashgen.model import Alert
from dashgen.promql.reads import selections
from dashgen.promql.selector import Match, vector
from dashgen.testing.panels import sent
from dashgen.testing.recording.windows import Windows, shift, union
from dashgen.testing.subject import Subject

COMPUTED = ("ALERTS", "ALERTS_FOR_STATE")
WEEK = timedelta(days=7)
NOW = timedelta()
_MONTH_END = timedelta(days=31) - timedelta(seconds=1)
"""When panels that show the day or the month so far look back furthest."""
_ANYTHING = (".*", "(.*)")

_Selector = tuple[str, tuple[Match, ...]]
_Reads = Mapping[_Selector, Windows]


@dataclass(frozen=True, slots=True)
class Need:
    """Series to capture: all that ``selector`` picks, in the windows before each evaluation."""

    selector: str
    matches: tuple[Match, ...]
    windows: Windows


@dataclass(frozen=True, slots=True)
class Reader:
    """A rule, or a query by its path, and how far back the oldest raw sample is that it rests on."""

    name: str
    far: timedelta
    alert: bool = False


@dataclass(frozen=True, slots=True)
class Needs:
    """What one spec needs, in the order of selectors, and who looks back how far."""

    series: tuple[Need, ...]
    readers: tuple[Reader, ...]

    def furthest(self, below: timedelta, *, alerts: bool = False) -> timedelta:
        """The longest look-back that is shorter than ``below``; only that of alerts when they alone are meant."""
        fars = (each.far for each in self.readers if each.far < below and (each.alert or not alerts))
        return max(fars, default=NOW)

    def beyond(self, most: timedelta) -> tuple[Reader, ...]:
        """Who looks back further than that, furthest first."""
        found = [each for each in self.readers if each.far > most]
        return tuple(sorted(found, key=lambda each: (-each.far, each.name)))


def needs(subject: Subject) -> Needs:
    """The raw series of every rule and every panel query of the spec."""
    walk = _Walk(subject)
    found: dict[_Selector, Windows] = {}
    readers = []
    for name, expr, wait, alert in _readers(subject):
        read = walk.raw(expr)
        for selector, windows in read.items():
            found[selector] = union(found.get(selector, ()), shift(windows, NOW, wait))
        far = max((windows[-1][1] + wait for windows in read.values()), default=NOW)
        readers.append(Reader(name, far, alert))
    series = [Need(_text(name, matches), matches, windows) for (name, matches), windows in _widest(found).items()]
    return Needs(tuple(sorted(series, key=lambda need: need.selector)), tuple(readers))


def _text(name: str, matches: tuple[Match, ...]) -> str:
    return vector(name, matches) if name else f"{{{','.join(map(str, matches))}}}"


def _readers(subject: Subject) -> Iterator[tuple[str, str, timedelta, bool]]:
    """(name, expression, how long it remembers what it saw, whether it is an alert)."""
    for group in subject.bundle.groups:
        for rule in group.rules:
            if isinstance(rule, Alert):
                yield rule.name, rule.expr, rule.wait + rule.keep_firing_for, True
            else:
                yield rule.record, rule.expr, NOW, False
    for path, shown in subject.queries.items():
        yield path, sent(subject.spec, shown, _MONTH_END, {}), NOW, False


@dataclass
class _Walk:
    """From expressions to raw series, through the records between them."""

    subject: Subject

    @cached_property
    def _records(self) -> dict[str, _Reads]:
        return {}

    def raw(self, expr: str, above: tuple[str, ...] = ()) -> _Reads:
        """Raw selectors and when they are read; ``above`` are the records that are being followed."""
        found: dict[_Selector, Windows] = {}
        for read in selections(expr):
            if read.name in COMPUTED or read.name in above:
                continue
            if read.name in self.subject.records:
                for selector, windows in self._of_record(read.name, above).items():
                    found[selector] = union(found.get(selector, ()), shift(windows, read.near, read.far))
            else:
                selector = read.name, _telling(read.matches)
                found[selector] = union(found.get(selector, ()), ((read.near, read.far),))
        return found

    def _of_record(self, name: str, above: tuple[str, ...]) -> _Reads:
        if name not in self._records:
            found: dict[_Selector, Windows] = {}
            for rule in self.subject.records[name]:
                for selector, windows in self.raw(rule.expr, (*above, name)).items():
                    found[selector] = union(found.get(selector, ()), windows)
            self._records[name] = found
        return self._records[name]


def _telling(matches: tuple[Match, ...]) -> tuple[Match, ...]:
    """Without what matches everything, as variables at All do."""
    kept = {each for each in matches if not (each.operator == "=~" and each.value in _ANYTHING)}
    return tuple(sorted(kept, key=lambda each: (each.label, each.operator, each.value)))


def _widest(found: _Reads) -> _Reads:
    """Only selectors that pick series no other one picks; the others' windows become theirs."""
    kept: dict[_Selector, Windows] = {}
    for (name, matches), windows in sorted(found.items(), key=lambda item: (len(item[0][1]), str(item[0]))):
        wider = [one for one in kept if one[0] == name and set(one[1]) <= set(matches)]
        if not wider:
            kept[name, matches] = windows
        for one in wider:
            kept[one] = union(kept[one], windows)
    return kept
