"""Exporter versions and ranges of them, as people write them in a spec or read them off an image tag."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, total_ordering

_VERSION = re.compile(
    r"v?(?P<release>[0-9]{1,9}(?:\.[0-9]{1,9}){1,4})"
    r"(?:[-.]?(?P<stage>alpha|beta|dev|rc|a|b)[-.]?(?P<number>[0-9]{0,9}))?"
    r"(?:\.post[0-9]+)?"
    r"(?:[-+][0-9A-Za-z.+_-]+)?"
)
_BOUND = re.compile(r"(?P<operator>[<>=!~^]*)\s*(?P<version>.*)", re.DOTALL)
_STAGES = {"dev": 0, "a": 1, "alpha": 1, "b": 2, "beta": 2, "rc": 3}
_FINAL = 4
_EXAMPLES = "such as 0.33.0, 0.33, '>=0.10, <=0.33' or '0.10 - 0.33'"


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """One release of an exporter.

    ``release`` holds the numbers as written, so ``0.33`` (a minor with all its patches) can be told from
    ``0.33.0``; the two compare equal. A pre-release sorts before its release, a build suffix is ignored.
    Of a paired image tag such as ``4.5.3-4.8.2-distroless`` the first version counts: it rises with every
    release, and NVIDIA's CSV histories are keyed by it.
    """

    release: tuple[int, ...]
    stage: tuple[int, int] = (_FINAL, 0)

    @classmethod
    @cache
    def parse(cls, text: str) -> Version:
        """``0.33``, ``0.9.2``, ``v0.11.0rc1``, ``4.5.3-4.8.2`` -> Version.

        Raises:
            ValueError: with what was found and what a version looks like.
        """
        match = _VERSION.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not a version; expected at least two numbers, such as 0.33 or 0.33.0")
        release = tuple(int(part) for part in match["release"].split("."))
        if match["stage"]:
            return cls(release, (_STAGES[match["stage"]], int(match["number"] or 0)))
        return cls(release)

    @property
    def is_minor(self) -> bool:
        """Whether it was written with two numbers and so means every patch release of that minor."""
        return len(self.release) == 2 and self.stage[0] == _FINAL

    def next_minor(self) -> Version:
        """The first release after every patch of this minor: 0.33.2 -> 0.34.0."""
        return Version((self.release[0], self.release[1] + 1, 0))

    def previous_minor(self) -> str:
        """``0.10`` for 0.11.2, the form flags want; empty when there is no earlier minor of this major."""
        major, minor = self.release[:2]
        return f"{major}.{minor - 1}" if minor else ""

    def _key(self) -> tuple[tuple[int, ...], tuple[int, int]]:
        numbers = self.release
        while numbers and numbers[-1] == 0:
            numbers = numbers[:-1]
        return numbers, self.stage

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, Version) else NotImplemented

    def __lt__(self, other: Version) -> bool:
        return self._key() < other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __str__(self) -> str:
        text = ".".join(str(number) for number in self.release)
        if self.stage[0] == _FINAL:
            return text
        names = {0: "dev", 1: "a", 2: "b", 3: "rc"}
        return f"{text}{names[self.stage[0]]}{self.stage[1]}"


@dataclass(frozen=True, slots=True)
class VersionRange:
    """The versions that may run at the same time; a bound of None is open.

    ``low`` belongs to the range when ``low_included``, ``high`` when ``high_included``.
    """

    low: Version | None = None
    high: Version | None = None
    low_included: bool = True
    high_included: bool = True
    text: str = ""

    @classmethod
    def exactly(cls, version: Version) -> VersionRange:
        """Just ``version``, even if it was written with two numbers."""
        return cls(version, version, text=str(version))

    @classmethod
    @cache
    def parse(cls, text: str) -> VersionRange:
        """``0.33.0``, ``0.10`` (all of 0.10.x), ``>=0.10, <=0.33`` or ``0.10 - 0.33`` -> VersionRange.

        Raises:
            ValueError: for anything else, and for a range that no version can be in.
        """
        source = text.strip()
        if not source:
            raise ValueError(f"an empty version; expected a version or a range {_EXAMPLES}")
        ends = _split_ends(source)
        if ends is not None:
            return _intersect([_bound(">=", ends[0]), _bound("<=", ends[1])], source)
        parts = [part.strip() for part in source.split(",")]
        bounds: list[VersionRange] = []
        for part in parts:
            match = _BOUND.fullmatch(part)
            if match is None or not match["version"]:
                raise ValueError(f"{part!r} in {source!r} names no version; expected a range {_EXAMPLES}")
            if not match["operator"] and len(parts) > 1:
                raise ValueError(
                    f"{source!r} lists versions; expected one range from the oldest to the newest, "
                    f"such as '>={parts[0]}, <={parts[-1]}'"
                )
            bounds.append(_bound(match["operator"] or "=", match["version"]))
        return _intersect(bounds, source)

    def __contains__(self, version: Version) -> bool:
        if self.low is not None and (version < self.low or (version == self.low and not self.low_included)):
            return False
        return self.reaches(version)

    def reaches(self, version: Version) -> bool:
        """Whether ``version`` or a later one can be in the range."""
        return self.high is None or version < self.high or (version == self.high and self.high_included)

    def points(self, boundaries: Iterable[Version]) -> tuple[Version, ...]:
        """One version per stretch of the range in which nothing changes, oldest first.

        ``boundaries`` are the versions at which something changes. An open lower bound starts at the
        oldest of them in the range; without any boundary and bound there is no point.
        """
        known = sorted(set(boundaries))
        start = self.low
        if start is None:
            start = known[0] if known and known[0] in self else self.high
        if start is None:
            return ()
        return (start, *(version for version in known if version > start and version in self))

    def __str__(self) -> str:
        return self.text or "any version"


def _split_ends(source: str) -> tuple[str, str] | None:
    """The two ends of ``0.10 - 0.33``; None when it is no such range (a hyphen alone may join a tag)."""
    parts = re.split(r"\s+(?:-|\u2013|to)\s+", source)
    if len(parts) == 2:
        return parts[0], parts[1]
    pair = re.fullmatch(r"(v?[0-9]+\.[0-9]+(?:\.[0-9]+)*)[-\u2013](v?[0-9]+\.[0-9]+(?:\.[0-9]+)*)", source)
    if pair and min(pair[1].count("."), pair[2].count(".")) < 2:
        return pair[1], pair[2]
    return None


def _bound(operator: str, text: str) -> VersionRange:
    version = Version.parse(text)
    after = version.next_minor() if version.is_minor else None
    match operator:
        case "=" | "==":
            if after is not None:
                return VersionRange(version, after, high_included=False)
            return VersionRange(version, version)
        case ">=":
            return VersionRange(low=version)
        case ">":
            return VersionRange(low=after) if after else VersionRange(low=version, low_included=False)
        case "<=":
            return VersionRange(high=after, high_included=False) if after else VersionRange(high=version)
        case "<":
            return VersionRange(high=version, high_included=False)
    raise ValueError(f"operator {operator!r} before {text!r}; expected one of >=, >, <=, <, = or none")


def _intersect(bounds: list[VersionRange], source: str) -> VersionRange:
    lows = [(b.low, not b.low_included) for b in bounds if b.low is not None]
    highs = [(b.high, b.high_included) for b in bounds if b.high is not None]
    low, low_excluded = max(lows) if lows else (None, False)
    high, high_included = min(highs) if highs else (None, True)
    if low is not None and high is not None:
        empty = low > high or (low == high and (low_excluded or not high_included))
        if empty:
            raise ValueError(f"no version can be in {source!r}: it starts at {low} and ends at {high}")
    return VersionRange(low, high, not low_excluded, high_included, source)
