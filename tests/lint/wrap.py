"""The smallest file around an example of a check, and what dashgen finds in it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import yaml

from dashgen.lint.assume import Assumptions
from dashgen.lint.assuming import of_options
from dashgen.lint.check import hooks
from dashgen.lint.finding import Finding
from dashgen.lint.readers.read import read
from dashgen.lint.registry import find
from dashgen.lint.run import lint
from dashgen.lint.subject import Subjects
from dashgen.lint.suppress.apply import apply, said_of
from dashgen.lint.suppress.comments import comments
from tests.lint.server import FakeLive

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
VARIABLE = {"name": "datasource", "type": "datasource", "query": "prometheus"}
_NAMED = re.compile(r"# (\S+\.(?:yaml|yml|json))\n")
"""The first line of an example that is a file may say what it is called."""
_LONG = re.compile(r"<([\d,]+) characters>")
"""What is too long to be written down."""
TODAY = date(2026, 11, 27)
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
    written = text if isinstance(text, str) else yaml.safe_dump(text, sort_keys=False)
    return _LONG.sub(lambda match: "x" * int(match[1].replace(",", "")), written)


def findings(
    kind: str,
    text: Any,
    name: str,
    assume: Sequence[str] = (),
    file: str = "",
    server: Mapping[str, Any] | None = None,
) -> list[Finding]:
    """What the check of that name finds in an example; ``text`` may be several files, by name.

    ``server``: what a running server has, as in ``tests.lint.server``.
    """
    suffix = "json" if kind in ("panel", "dashboard") else "yaml"
    files = text if kind == "file" and isinstance(text, Mapping) and all("." in key for key in text) else None
    named = _NAMED.match(text) if kind == "file" and isinstance(text, str) else None
    read_files = files or {file or (named[1] if named else f"example.{suffix}"): around(kind, text)}
    subjects = [each for name_, content in read_files.items() for each in read(name_, around("file", content))]
    if "suppression" in hooks(find(name)[0]):
        return _of_suppressions(subjects, name, of_options(list(assume)))
    live = FakeLive(server) if server else None
    return lint(subjects, find(name), of_options(list(assume)), live)


def _of_suppressions(subjects: Sequence[Subjects], name: str, assume: Assumptions) -> list[Finding]:
    """What is hidden has to be found first, by the checks that are named."""
    suppressions = list(comments(subjects, TODAY))
    named = [check for each in suppressions for word in each.names for check in find(word)]
    apply(lint(subjects, named, assume), suppressions)
    return said_of(suppressions, [*named, *find(name)])


def pointed_at(found: Finding) -> str:
    """The text a finding points at: part of a value, or all of it."""
    value = found.place.document.get(*found.place.path)
    if found.place.key:
        return str(found.place.path[-1])
    if isinstance(value, str) and found.place.start is not None:
        return value[found.place.start : found.place.end]
    return value if isinstance(value, str) else json.dumps(value)
