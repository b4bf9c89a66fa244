"""Names whose exporter is not in the catalogue, but which it is known to have renamed: ``data/retired/*.yaml``."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parent / "data" / "retired"
_SUFFIXES = ("_bucket", "_sum", "_count")


@dataclass(frozen=True, slots=True)
class Retired:
    """A name that is gone: whose it was, since when, and what the same series are called today."""

    name: str
    title: str
    gone: str
    successor: str


@functools.lru_cache(maxsize=16_384)
def retired(name: str) -> Retired | None:
    """What became of a series name; None when it is not known to be gone."""
    for data in _files():
        for prefix in data["prefixes"]:
            if name.startswith(prefix["old"]):
                rest = name.removeprefix(prefix["old"])
                suffix = next((each for each in _SUFFIXES if rest.endswith(each)), "")
                base = rest.removesuffix(suffix)
                if base not in prefix.get("only", (base,)):
                    return None
                successor = data["new"] + data["names"].get(base, base) + suffix
                return Retired(name, data["title"], prefix["gone"], successor)
    return None


@functools.cache
def _files() -> tuple[dict[str, Any], ...]:
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return tuple(yaml.load(path.read_text("utf-8"), loader) for path in sorted(_DATA.glob("*.yaml")))
