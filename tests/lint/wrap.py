"""The smallest file around an example of a check, and what dashgen finds in it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from dashgen.lint.assuming import of_options
from dashgen.lint.finding import Finding
from dashgen.lint.readers.read import read
from dashgen.lint.registry import find
from dashgen.lint.run import lint

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
VARIABLE = {"name": "datasource", "type": "datasource", "query": "prometheus"}
KINDS = ("panel", "alert", "record", "rules", "dashboard", "file")


def around(kind: str, text: Any) -> str:
    """A file that holds the example: JSON for what is in dashboards, YAML for the rest."""
    if kind == "panel":
        target = {"refId": "A", "expr": text, "datasource": DATASOURCE}
        panel = {"id": 1, "type": "timeseries", "title": "Example", "datasource": DATASOURCE, "targets": [target]}
        return around("dashboard", {"panels": [panel]})
    if kind == "alert":
        return around("rules", [{"alert": "Example", "expr": text, "for": "5m"}])
    if kind == "record":
        return around("rules", [{"record": "job:example:sum", "expr": text}])
    if kind == "rules":
        rules = yaml.safe_load(text) if isinstance(text, str) else text
        return yaml.safe_dump({"groups": [{"name": "example", "rules": rules}]}, sort_keys=False)
    if kind == "dashboard":
        parts: Mapping[str, Any] = yaml.safe_load(text) if isinstance(text, str) else text
        board = {"title": "Example", "uid": "example", "schemaVersion": 41, "templating": {"list": [VARIABLE]}, **parts}
        return json.dumps(board, indent=2)
    return text if isinstance(text, str) else yaml.safe_dump(text, sort_keys=False)


def findings(kind: str, text: Any, name: str, assume: Sequence[str] = (), file: str = "") -> list[Finding]:
    """What the check of that name finds in an example; ``text`` may be several files, by name."""
    suffix = "json" if kind in ("panel", "dashboard") else "yaml"
    files = text if kind == "file" and isinstance(text, Mapping) and all("." in key for key in text) else None
    read_files = files or {file or f"example.{suffix}": around(kind, text)}
    subjects = [each for name_, content in read_files.items() for each in read(name_, around("file", content))]
    return lint(subjects, find(name), of_options(list(assume)))


def pointed_at(found: Finding) -> str:
    """The text a finding points at: part of a value, or all of it."""
    value = found.place.document.get(*found.place.path)
    if found.place.key:
        return str(found.place.path[-1])
    if isinstance(value, str) and found.place.start is not None:
        return value[found.place.start : found.place.end]
    return value if isinstance(value, str) else json.dumps(value)
