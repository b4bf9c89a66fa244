"""``sarif``: SARIF 2.1.0, for code scanning. Every check that looked is a rule with its documentation as help."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from dashgen import __version__
from dashgen.lint.check import Check
from dashgen.lint.docs import documentation
from dashgen.lint.finding import Severity
from dashgen.lint.registry import family
from dashgen.lint.report.markdown import page
from dashgen.lint.report.words import sentence
from dashgen.lint.result import Located, Report
from dashgen.report.line import Line

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def lines(report: Report, *, quiet: bool = False) -> Iterator[Line]:
    """The document; ``quiet`` or not, it says everything."""
    index = {check.code: number for number, check in enumerate(report.checks)}
    driver = {"name": "dashgen", "semanticVersion": __version__, "rules": [_rule(each) for each in report.checks]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": list(map(partial(_result, index), report.findings)),
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    yield from map(Line, json.dumps(document, indent=2).split("\n"))


def _rule(check: Check) -> dict[str, Any]:
    said = documentation(check)
    return {
        "id": check.code,
        "name": type(check).__name__,
        "shortDescription": {"text": said.title},
        "fullDescription": {"text": " ".join(said.why.split())},
        "help": {"text": f"{said.title}\n\n{said.why}", "markdown": "\n".join(page(check))},
        "defaultConfiguration": {"level": _LEVELS[check.severity]},
        "properties": {"tags": [family(check), check.name]},
    }


def _result(index: dict[str, int], each: Located) -> dict[str, Any]:
    found, spot = each.finding, each.spot
    region = {
        "startLine": spot.line,
        "startColumn": spot.column,
        "endLine": spot.end_line,
        "endColumn": spot.end_column,
    }
    place = {"artifactLocation": {"uri": uri(spot.file)}, "region": region}
    rule = {"ruleIndex": index[found.code]} if found.code in index else {}
    return {
        "ruleId": found.code,
        **rule,
        "level": _LEVELS[found.severity],
        "message": {"text": f"{found.about}: {sentence(found)}"},
        "locations": [{"physicalLocation": place, "logicalLocations": [{"fullyQualifiedName": found.about}]}],
        "partialFingerprints": {"dashgen/v1": each.fingerprint},
    }


def uri(file: str) -> str:
    """A path as a reference: relative ones stay so, what a URI cannot hold is encoded."""
    path = PurePath(file)
    if path.is_absolute():
        return f"file://{quote(path.as_posix(), errors='surrogateescape')}"
    # A colon in the first part would be read as a scheme.
    return quote(path.as_posix(), errors="surrogateescape")
