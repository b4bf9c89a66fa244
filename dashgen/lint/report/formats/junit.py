"""``junit``: one suite for each file, one test case for each finding; valid for the schemas of Ant and of Jenkins.

Findings below ``--fail-on`` are cases that pass, with what was found as output of the suite.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC
from xml.etree import ElementTree

from dashgen.lint.report.words import sentence, verdict
from dashgen.lint.result import Located, Report
from dashgen.report.line import Line, one_line
from dashgen.report.xml import document, legal


def lines(report: Report, *, quiet: bool = False) -> Iterator[Line]:
    """The document; ``quiet`` or not, it says everything."""
    root = ElementTree.Element("testsuites")
    by_file: dict[str, list[Located]] = {name: [] for name in report.files}
    for each in report.findings:
        by_file.setdefault(each.spot.file, []).append(each)
    for number, (file, found) in enumerate(by_file.items()):
        _suite(root, report, number, file, found)
    yield from document(root)


def _suite(root: ElementTree.Element, report: Report, number: int, file: str, found: Sequence[Located]) -> None:
    failed = [each for each in found if each.finding.severity >= report.fail_on]
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        {
            "name": legal(file),
            "package": "dashgen.lint",
            "id": str(number),
            "hostname": "localhost",
            "timestamp": report.started.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            "tests": str(len(found) or 1),
            "failures": str(len(failed)),
            "errors": "0",
            "time": "0.000",
        },
    )
    ElementTree.SubElement(suite, "properties")
    if not found:
        _case(suite, "no findings", file)
    for each in found:
        name = f"{each.finding.code} {each.finding.name}: {each.finding.about}"
        case = _case(suite, f"{name} (line {each.spot.line}, column {each.spot.column})", file)
        if each in failed:
            attributes = {"type": str(each.finding.severity), "message": legal(one_line(each.finding.found))}
            ElementTree.SubElement(case, "failure", attributes).text = legal(_words(each))
    rest = [_words(each) for each in found if each not in failed]
    ElementTree.SubElement(suite, "system-out").text = legal("\n".join(rest)) or None
    ElementTree.SubElement(suite, "system-err").text = legal(verdict(report)) if number == 0 else None


def _case(suite: ElementTree.Element, name: str, file: str) -> ElementTree.Element:
    attributes = {"name": legal(one_line(name)), "classname": legal(file), "time": "0.000"}
    return ElementTree.SubElement(suite, "testcase", attributes)


def _words(each: Located) -> str:
    found, spot = each.finding, each.spot
    return f"{spot.file}:{spot.line}:{spot.column}: {found.severity} {found.code} {found.name}: {sentence(found)}"
