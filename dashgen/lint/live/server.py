"""The answers of a Prometheus, or of what answers like one: each question is asked once.

``/api/v1/labels`` with a selector tells in one short answer whether the selector has series and which labels they
have; ``/api/v1/series`` would send all of them, for ``limit`` is unknown to Prometheus before 2.53.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dashgen.lint.live.asked import selector
from dashgen.lint.live.live import DAY
from dashgen.prometheus import faults
from dashgen.prometheus.client import Client
from dashgen.prometheus.faults import TooMuchError
from dashgen.promql import quote

_NOT_SUPPORTED = (400, 404, 405, 501)
_NOT_UNDERSTOOD = (400, 422)
_SHOWN = 3
_AHEAD = 60
"""Seconds by which the clock of the server may be ahead of ours."""
_Names = frozenset[str]


class ServerLive:
    """Asks one server about the day before ``now``, in seconds since 1970."""

    def __init__(self, client: Client, now: float | None = None) -> None:
        end = int(time.time() if now is None else now)
        self._client = client
        self._range = {"start": str(end - DAY), "end": str(end + _AHEAD)}
        self._warnings: dict[str, None] = {}
        self._refused: dict[str, None] = {}
        self._undeployed: dict[str, None] = {}
        self._labels: dict[str, _Names | None] = {}
        self._values: dict[tuple[str, str], _Names | None] = {}
        self._types: Mapping[str, frozenset[str]] | None = None
        self._no_types = ""
        self.names = self._all_names()

    @property
    def whole(self) -> bool:
        """Whether what it does not have is not there."""
        return not self._warnings

    def labels(self, selector: str) -> _Names | None:
        """The labels that series of a selector have."""
        if selector not in self._labels:
            self._labels[selector] = self._list("/api/v1/labels", selector)
        return self._labels[selector]

    def values(self, name: str, label: str) -> _Names | None:
        """The values a label has in the series of a name."""
        key = (name, label)
        if key not in self._values:
            # Other names would have to be escaped in an address, each server in its own way.
            plain = quote.metric(label)
            self._values[key] = self._list(f"/api/v1/label/{label}/values", selector(name)) if plain else None
        return self._values[key]

    def type(self, name: str) -> str:
        """What the targets say a series is."""
        if self._types is None:
            self._types = self._all_types()
        # OpenMetrics names a counter without the ending its series have.
        said = self._types.get(name) or self._types.get(name.removesuffix("_total"), frozenset())
        return next(iter(said)) if len(said) == 1 else ""

    def undeployed(self, names: Iterable[str]) -> None:
        """Remembers names that the files record and the server does not have."""
        self._undeployed.update(dict.fromkeys(names))

    def notes(self) -> Iterator[str]:
        """What the answers do not tell, and why."""
        if self._warnings:
            yield f"{self._client.url}: partial data: {'; '.join(self._warnings)}; nothing is said of what is missing"
        for why in self._refused:
            yield f"{self._client.url}: {why}; what that question was about is not looked at"
        if self._no_types:
            yield f"{self._client.url}: {self._no_types}, so live-wrong-type finds nothing"
        if self._undeployed:
            names = sorted(self._undeployed)
            such = ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
            number = f"{len(names)} recorded name{'s' * (len(names) != 1)} of these files"
            yield f"{self._client.url}: not there yet, so not looked at: {number}: {such}"

    def _all_names(self) -> _Names:
        try:
            names = self._strings(self._client.get("/api/v1/label/__name__/values", self._range))
        except TooMuchError as error:
            raise error.error from None
        if not names:
            action = "check the address, and the tenant (--header-file, --header-env)"
            raise faults.wrong(self._client.url, "no series at all in the last day", "a server with series", action)
        return names

    def _list(self, path: str, selector: str) -> _Names | None:
        parameters = {"match[]": selector, **self._range}
        try:
            answer = self._client.get(path, parameters, _NOT_UNDERSTOOD)
        except TooMuchError as error:
            self._refused[_first_line(error.error)] = None
            return None
        return self._strings(answer) if answer else None

    def _all_types(self) -> Mapping[str, frozenset[str]]:
        try:
            answer = self._client.get("/api/v1/metadata", {}, _NOT_SUPPORTED)
        except TooMuchError as error:
            self._refused[_first_line(error.error)] = None
            return {}
        data = answer.get("data", {})
        try:
            found = {name: frozenset(each["type"] for each in entries) for name, entries in data.items()}
        except (AttributeError, TypeError, KeyError):
            raise self._no_format() from None
        if not found:
            self._no_types = "it does not tell the types of metrics"
        return {name: types - {"unknown", "untyped", ""} for name, types in found.items()}

    def _strings(self, answer: Mapping[str, Any]) -> _Names:
        data = answer.get("data")
        # Thanos and Mimir write null for an empty list.
        found = [] if data is None and "data" in answer else data
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            raise self._no_format()
        warnings = answer.get("warnings")
        for each in warnings if isinstance(warnings, list) else ():
            self._warnings[self._client.said(str(each))] = None
        return frozenset(found)

    def _no_format(self) -> Exception:
        found = "an answer that is not in the format of the API"
        return faults.wrong(self._client.url, found, faults.API, "check the address")


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0].partition(": ")[2]
