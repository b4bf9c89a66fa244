"""The shape of the package: which room may know which, and that each file says what it is for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "dashgen"
FILES = sorted(PACKAGE.rglob("*.py"))

# Data flows one way: spec -> (catalogue, signals) -> model -> emit -> out/. A panel draws what an alert compares,
# so dashboards know alerts; an alert names its panel by key.
MAY_IMPORT = {
    "errors": set(),
    "folders": set(),
    "model": set(),
    "promql": set(),
    "prometheus": {"errors", "spec"},
    "catalogue": {"errors"},
    "spec": {"catalogue", "errors"},
    "signals": {"catalogue", "model", "promql", "spec"},
    "alerts": {"catalogue", "model", "promql", "signals", "spec"},
    "dashboards": {"alerts", "errors", "model", "promql", "signals", "spec"},
    "assemble": {"alerts", "dashboards", "model", "signals", "spec"},
    "extend": {"alerts", "model", "promql", "signals", "spec"},
    "extension": {"errors", "model", "promql", "spec"},
    "backfill": {"emit", "errors", "model", "promql", "spec"},
    "compare": {"promql"},
    "emit": {"errors", "folders", "model", "spec"},
    "scaffold": {"batch", "catalogue", "emit", "errors", "spec"},
    "report": {"errors"},
    "lint": {"catalogue", "emit", "errors", "folders", "model", "prometheus", "promql", "report", "spec"},
    "testing": {
        "alerts",
        "assemble",
        "batch",
        "catalogue",
        "emit",
        "errors",
        "extension",
        "folders",
        "model",
        "prometheus",
        "promql",
        "report",
        "signals",
        "spec",
    },
    "batch": {"assemble", "emit", "errors", "extension", "folders", "model", "spec"},
    "cli": {
        "assemble",
        "backfill",
        "batch",
        "catalogue",
        "compare",
        "emit",
        "errors",
        "extension",
        "folders",
        "lint",
        "model",
        "prometheus",
        "report",
        "scaffold",
        "spec",
        "testing",
    },
    "__main__": {"cli"},
    "__init__": set(),
}


def room(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("name", sorted({room(file) for file in FILES}))
def test_a_room_knows_only_what_is_below_it(name: str):
    found = {
        module.split(".")[1]
        for file in FILES
        if room(file) == name
        for module in imports(file)
        if module.startswith("dashgen.")
    }
    assert found - {name} <= MAY_IMPORT[name]


def test_one_module_touches_grafanalib():
    users = {str(file.relative_to(PACKAGE)) for file in FILES for module in imports(file) if "grafanalib" in module}
    assert users == {"emit/grafana.py"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_file_says_what_it_is_for_and_stays_short(file: Path):
    text = file.read_text()
    assert ast.get_docstring(ast.parse(text))
    assert len(text.splitlines()) <= 350
