"""The answers of a Prometheus about series, out of a mapping as in ``tests.lint.server``; and what it was asked."""

from __future__ import annotations

import json
from typing import Any

from tests.lint.server import FakeLive

Reply = tuple[int, dict[str, str], str]


def data(found: Any, **more: Any) -> Reply:
    """A successful answer."""
    return 200, {}, json.dumps({"status": "success", "data": found, **more})


class Api:
    """``said`` as for ``FakeLive``; ``instead`` are replies of paths that answer something else."""

    def __init__(self, said: dict[str, Any], instead: dict[str, Reply] | None = None) -> None:
        self._live = FakeLive(said)
        self._said = said
        self._instead = instead or {}

    def __call__(self, path: str, parameters: dict[str, str], _: dict[str, str]) -> Reply:
        if path in self._instead:
            return self._instead[path]
        match = parameters.get("match[]", "")
        if path == "/api/v1/label/__name__/values":
            return data(sorted(self._live.names))
        if path == "/api/v1/labels":
            # Thanos and Mimir write null where Prometheus writes an empty list.
            return data(sorted(self._live.labels(match) or ()) or None)
        if path.startswith("/api/v1/label/"):
            name = match.partition('"')[2].partition('"')[0]
            return data(sorted(self._live.values(name, path.split("/")[4]) or ()))
        if path == "/api/v1/metadata":
            return data({name: [{"type": self._live.type(name)}] for name in self._said if self._live.type(name)})
        return 404, {}, "404 page not found"
