"""Alertmanager's configuration as it is emitted, read back: routes, timings, inhibitions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashgen.emit.targets import alertmanager
from dashgen.model import Bundle
from dashgen.spec import Spec
from dashgen.spec.types import parse_duration

Labels = Mapping[str, str]

_MATCHER = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(=~|!~|!=|=)"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}
# Alertmanager's own, where a route says nothing.
_TIMINGS = {"group_wait": "30s", "group_interval": "5m", "repeat_interval": "4h"}


@dataclass(frozen=True, slots=True)
class Matcher:
    """One matcher; a label that is missing is empty."""

    label: str
    operator: str
    value: str

    @classmethod
    def parse(cls, text: str) -> Matcher:
        """``label="value"`` as ``dashgen.emit.matchers`` writes it."""
        match = _MATCHER.fullmatch(text)
        if match is None:
            raise ValueError(f"no matcher: {text!r}")
        value = re.sub(r"\\.", lambda found: _ESCAPES.get(found[0], found[0]), match[3], flags=re.DOTALL)
        return cls(match[1], match[2], value)

    def matches(self, labels: Labels) -> bool:
        """Whether the labels have it. Regular expressions are anchored; what is emitted means the same in RE2."""
        found = labels.get(self.label, "")
        equal = found == self.value if self.operator in ("=", "!=") else bool(re.fullmatch(self.value, found))
        return equal != self.operator.startswith("!")


def _all(matchers: Sequence[Matcher], labels: Labels) -> bool:
    return all(matcher.matches(labels) for matcher in matchers)


@dataclass(frozen=True, slots=True)
class Route:
    """One route, what it inherits filled in; times in milliseconds."""

    receiver: str
    matchers: tuple[Matcher, ...]
    group_by: tuple[str, ...]
    group_wait: int
    group_interval: int
    repeat_interval: int
    routes: tuple[Route, ...]

    def find(self, labels: Labels) -> Route | None:
        """The deepest first route that takes an alert."""
        if not _all(self.matchers, labels):
            return None
        below = (route.find(labels) for route in self.routes)
        return next((route for route in below if route is not None), self)

    def group(self, labels: Labels) -> tuple[tuple[str, str], ...]:
        """The labels that make a group; Alertmanager leaves out those the alert lacks."""
        return tuple((name, labels[name]) for name in self.group_by if labels.get(name))


@dataclass(frozen=True, slots=True)
class Inhibit:
    """One inhibit rule."""

    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]
    equal: tuple[str, ...]

    def mutes(self, labels: Labels, firing: Sequence[Labels]) -> bool:
        """Whether one of the ``firing`` alerts keeps the alert quiet. Two that match both sides leave each other be."""
        if not _all(self.target, labels):
            return False
        both = _all(self.source, labels)
        return any(
            _all(self.source, cause)
            and all(cause.get(name, "") == labels.get(name, "") for name in self.equal)
            and not (both and _all(self.target, cause))
            for cause in firing
        )


@dataclass(frozen=True, slots=True)
class Configuration:
    """Who is told what of one service. ``severities`` are the service's own receivers and what they are for."""

    route: Route
    inhibitions: tuple[Inhibit, ...]
    severities: Mapping[str, str]

    @classmethod
    def read(cls, bundle: Bundle, spec: Spec) -> Configuration:
        """What the ``alertmanager`` target writes for this spec."""
        import yaml

        (text,) = alertmanager.render(bundle, spec).values()
        document = yaml.safe_load(text)
        names = [receiver["name"] for receiver in document["receivers"]]
        prefix = f"{spec.name}-"
        return cls(
            _route(document["route"], {"group_by": (), **_TIMINGS}),
            tuple(map(_inhibit, document.get("inhibit_rules", ()))),
            {name: name.removeprefix(prefix) for name in names if name.startswith(prefix)},
        )

    def mutes(self, labels: Labels, firing: Sequence[Labels]) -> bool:
        """Whether one of the ``firing`` alerts keeps the alert quiet."""
        return any(rule.mutes(labels, firing) for rule in self.inhibitions)


def _route(document: Mapping[str, Any], inherited: Mapping[str, Any]) -> Route:
    known = {**inherited, **{name: document[name] for name in (*inherited, "receiver") if name in document}}
    return Route(
        receiver=known["receiver"],
        matchers=tuple(_matchers(document.get("matchers", ()))),
        group_by=tuple(known["group_by"]),
        **{name: round(parse_duration(known[name]).total_seconds() * 1000) for name in _TIMINGS},
        routes=tuple(_route(route, known) for route in document.get("routes", ())),
    )


def _inhibit(document: Mapping[str, Any]) -> Inhibit:
    source, target = (tuple(_matchers(document[f"{side}_matchers"])) for side in ("source", "target"))
    return Inhibit(source, target, tuple(document["equal"]))


def _matchers(texts: Sequence[str]) -> Iterator[Matcher]:
    return map(Matcher.parse, texts)
