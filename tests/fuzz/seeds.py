"""What inputs are made from: our own output cut into small files, shipped files, and the cases of the checks."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from tests.lint.wrap import KINDS, around

ROOT = Path(__file__).parents[2]
OWN = Path(__file__).with_name("seeds")
CASES = ROOT / "tests" / "lint" / "checks"
_WHOLE = 200_000
"""Bytes of a file that is also taken as it is."""
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Seed:
    """``data`` are the documents of a file; ``text`` is how it is written, '' where any way will do."""

    name: str
    data: tuple[Any, ...]
    text: str = ""


@dataclass(frozen=True)
class Seeds:
    """``expressions`` are PromQL, ``whole`` files as they are, ``parts`` small ones made from them."""

    expressions: list[str] = field(default_factory=list)
    whole: list[Seed] = field(default_factory=list)
    parts: list[Seed] = field(default_factory=list)

    @cached_property
    def values(self) -> list[Any]:
        """Pieces of the data of all parts, for putting one where another was."""
        dice = random.Random(0)
        found = [value for seed in self.parts for document in seed.data for value in _inside(document)]
        return dice.sample(found, min(len(found), 3000))


def seeds() -> Seeds:
    """All of them, in the same order every time."""
    found = Seeds()
    files = [*_of(ROOT / "out"), *_of(ROOT / "rules"), *_of(ROOT / "specs"), *_of(OWN)]
    for path in files:
        text = path.read_text("utf-8")
        name = path.relative_to(ROOT).as_posix()
        data = _load(text)
        if len(text) <= _WHOLE:
            found.whole.append(Seed(name, data, text))
        if path.is_relative_to(OWN):
            found.parts.extend([*(Seed(name, (each,)) for each in data), Seed(name, data, text)])
        else:
            found.parts.extend(Seed(name, (part,)) for document in data for part in _parts(document))
    found.parts.extend(_cases())
    found.expressions.extend(
        sorted({text for seed in found.parts for document in seed.data for text in _expressions(document)})
    )
    return found


def _of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in (".json", ".yaml", ".yml"))


def _load(text: str) -> tuple[Any, ...]:
    try:
        return tuple(yaml.load_all(text, Loader=_LOADER))
    except yaml.YAMLError:
        return ()


def _parts(data: Any) -> Iterator[Any]:
    """Files as small as a test of one check, from a large one."""
    if not isinstance(data, dict):
        return
    if isinstance(data.get("panels"), list):
        yield from ({**data, "panels": panels} for panels in _cut(data["panels"], 3))
    elif isinstance(data.get("groups"), list):
        for group in data["groups"]:
            rules = group.get("rules") if isinstance(group, dict) else None
            for some in _cut(rules, 4) if isinstance(rules, list) else ():
                yield {**data, "groups": [{**group, "rules": some}]}
    elif isinstance(data.get("spec"), dict):
        yield from ({**data, "spec": spec} for spec in _parts(data["spec"]))
        if isinstance(data["spec"].get("json"), str):
            yield from ({**data, "spec": {**data["spec"], "json": text}} for text in _texts(data["spec"]["json"]))
    elif isinstance(data.get("data"), dict):
        for key, text in data["data"].items():
            yield from ({**data, "data": {key: part}} for part in _texts(text))
    elif len(json.dumps(data, default=str)) < 5000:
        yield data


def _texts(text: Any) -> Iterator[str]:
    for document in _load(text) if isinstance(text, str) else ():
        yield from (json.dumps(part, indent=2, default=str) for part in _parts(document))


def _cut(items: list[Any], size: int) -> Iterator[list[Any]]:
    yield from (items[start : start + size] for start in range(0, len(items), size))


def _cases() -> Iterator[Seed]:
    """What the checks are tested with: what is found there is located, reported and edited too."""
    for path in sorted(CASES.rglob("*.yaml")):
        cases = yaml.safe_load(path.read_text("utf-8"))
        for case in [*cases.get("fail", ()), *cases.get("pass", ())]:
            kind = next(key for key in KINDS if key in case)
            given = case[kind]
            named = isinstance(given, dict) and kind == "file" and all("." in key for key in given)
            for each in given.values() if named else (given,):
                text = around(kind, each)
                if len(text) < _WHOLE and (data := _load(text)):
                    yield Seed(path.name, data, text)


def _inside(value: Any) -> Iterator[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield each
        yield from _inside(each)


def _expressions(data: Any) -> Iterator[str]:
    """The PromQL in data, also in the texts of a ConfigMap."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key in ("expr", "query", "definition") and isinstance(value, str) and len(value) < 3000:
                yield value
            elif isinstance(value, str) and value[:1] == "{" and "\n" in value:
                for document in _load(value):
                    yield from _expressions(document)
            else:
                yield from _expressions(value)
    elif isinstance(data, list):
        for value in data:
            yield from _expressions(value)
