"""Raw samples and points of a selector out of the HTTP API, in pieces no larger than the server allows.

``selector[3600s]`` as an instant query gives every sample with its own timestamp, but drops stale markers; a range
query honours them, but shows a value up to five minutes old. A recording needs both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from dashgen.prometheus import faults
from dashgen.prometheus.client import Client
from dashgen.prometheus.faults import TooMuchError
from dashgen.promql import quote

QUERY, RANGE = "/api/v1/query", "/api/v1/query_range"
PIECE = 3_600_000
"""Milliseconds of raw samples to ask for at once, unless the server wants to be asked for less."""
MOST_POINTS = 10_000
"""Points of a series to ask for at once; Prometheus answers at most 11,000."""
_SHORTEST = 1000

Labels = tuple[tuple[str, str], ...]
"""Labels of a series, sorted, its name among them."""
Samples = list[tuple[int, float]]
"""Milliseconds since 1970 and values."""


@dataclass
class Api:
    """Asks one server; times are milliseconds since 1970.

    ``partial`` accepts answers of which the server says that something is missing; ``warnings`` are what it said.
    ``left_out`` are series a recording cannot hold, and why.
    """

    client: Client
    partial: bool = False
    warnings: set[str] = field(default_factory=set)
    left_out: dict[Labels, str] = field(default_factory=dict)

    def probe(self) -> None:
        """Asks for a constant, so that a wrong address or password is told before anything else.

        Raises:
            DashgenError: when the server does not answer.
        """
        try:
            self._matrix(QUERY, {"query": "vector(1)"}, kind="vector")
        except TooMuchError as error:
            raise error.error from None

    def raw(self, selector: str, start: int, end: int) -> Iterator[tuple[Labels, Samples]]:
        """Samples after ``start`` up to ``end``; a series comes once for each piece of time.

        Raises:
            DashgenError: when the server cannot or may not answer.
        """

        def ask(after: int, until: int) -> dict[str, str]:
            return {"query": f"{selector}[{until - after}ms]", "time": _seconds(until)}

        for after, found in self._pieces(QUERY, start, end, PIECE, ask):
            for labels, samples in found:
                # Prometheus 2 gives the sample at the left edge of a range, too.
                kept = [sample for sample in samples if sample[0] > after]
                if kept:
                    yield labels, kept

    def points(self, selector: str, start: int, end: int, step: int) -> Iterator[tuple[Labels, Samples]]:
        """What the selector returns at ``start``, ``start + step`` … up to ``end``.

        Raises:
            DashgenError: when the server cannot or may not answer.
        """

        def ask(after: int, until: int) -> dict[str, str]:
            # The first point of each piece is on the grid of the first.
            first = start + -(-(after - start) // step) * step
            return {"query": selector, "start": _seconds(first), "end": _seconds(until), "step": _seconds(step)}

        for _, found in self._pieces(RANGE, start, end, MOST_POINTS * step, ask):
            yield from found

    def _pieces(
        self, path: str, start: int, end: int, piece: int, ask: Callable[[int, int], dict[str, str]]
    ) -> Iterator[tuple[int, list[tuple[Labels, Samples]]]]:
        position = start
        while position < end:
            until = min(position + piece, end)
            try:
                found = self._matrix(path, ask(position, until), kind="matrix")
            except TooMuchError as error:
                piece = (until - position) // 2
                if piece < _SHORTEST:
                    raise error.error from None
                continue
            yield position, found
            position = until

    def _matrix(self, path: str, parameters: dict[str, str], kind: str) -> list[tuple[Labels, Samples]]:
        answer = self.client.get(path, parameters)
        self._heed(answer)
        data: Any = answer.get("data")
        try:
            if data["resultType"] != kind:
                raise KeyError(kind)
            return [self._series(each) for each in data["result"]]
        except (KeyError, TypeError, ValueError, AttributeError):
            found = "an answer that is not in the format of the API"
            raise faults.wrong(self.client.url, found, faults.API, "check the address") from None

    def _heed(self, answer: dict[str, Any]) -> None:
        """Raises when the server says that data is missing."""
        warnings = answer.get("warnings")
        told = sorted({self.client.said(str(each)) for each in warnings}) if isinstance(warnings, list) else []
        if told and not self.partial:
            found = f"partial data: {'; '.join(told)}"
            action = "wait until all stores answer; --allow-partial records what there is, and says so in the file"
            raise faults.failed(self.client.url, found, "all data", action)
        self.warnings.update(told)

    def _series(self, entry: dict[str, Any]) -> tuple[Labels, Samples]:
        labels = tuple(sorted((_text(name), _text(value)) for name, value in entry["metric"].items()))
        if entry.get("histograms") or entry.get("histogram"):
            self.left_out[labels] = "native histograms"
        elif not all(quote.metric(name) for name, _ in labels):
            self.left_out[labels] = "label names that only Prometheus 3 can read"
            return labels, []
        values = entry.get("values") or [entry["value"]] if "values" in entry or "value" in entry else []
        return labels, [(round(float(when) * 1000), float(value)) for when, value in values]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value.encode("utf-8", "replace").decode("utf-8")


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds // 1000}.{milliseconds % 1000:03d}"
