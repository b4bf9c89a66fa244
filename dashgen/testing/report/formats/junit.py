"""``junit``: one suite for each spec, one test case for each case; valid for the schemas of Ant and of Jenkins.

ASCII with character references, and without the characters XML cannot hold: they become ``\\x1b``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC
from xml.etree import ElementTree

from dashgen.report.line import Line, one_line, plain
from dashgen.report.xml import document, legal
from dashgen.testing.report import differences, failure
from dashgen.testing.results import Result, Run


def lines(run: Run, *, quiet: bool = False) -> Iterator[Line]:
    """The document; ``quiet`` or not, it says everything."""
    root = ElementTree.Element("testsuites")
    for number, spec in enumerate(dict.fromkeys(result.spec for result in run.results)):
        _suite(root, run, number, spec, [result for result in run.results if result.spec == spec])
    yield from document(root)


def _suite(root: ElementTree.Element, run: Run, number: int, spec: str, results: Sequence[Result]) -> None:
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        {
            "name": legal(spec),
            "package": "dashgen",
            "id": str(number),
            "hostname": "localhost",
            "timestamp": run.started.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            "tests": str(len(results)),
            "failures": str(sum(1 for result in results if result.failures)),
            "errors": "0",
            "time": f"{sum(result.seconds for result in results):.3f}",
        },
    )
    properties = ElementTree.SubElement(suite, "properties")
    tools = [("promtool", run.promtool), ("promtool.version", run.version)]
    tools += [("vmalert", run.vmalert.path), ("vmalert.version", run.vmalert.version)] if run.vmalert else []
    for name, value in tools:
        ElementTree.SubElement(properties, "property", {"name": name, "value": legal(value)})
    for result in results:
        _case(suite, result)
    found = [text for result in results for text in differences.plain(result)]
    ElementTree.SubElement(suite, "system-out").text = legal("\n\n".join(found)) or None
    ElementTree.SubElement(suite, "system-err").text = legal("\n".join(run.warnings))


def _case(suite: ElementTree.Element, result: Result) -> None:
    name = f"{result.scenario} / {result.case}" if result.case else result.scenario
    case = ElementTree.SubElement(
        suite,
        "testcase",
        {"name": legal(one_line(name)), "classname": legal(result.spec), "time": f"{result.seconds:.3f}"},
    )
    if result.failures:
        # One for each case: the schema of Ant has no room for more.
        first, more = result.failures[0], len(result.failures) - 1
        message = f"{first.subject}: expected {first.expected}, actual {first.actual}"
        message += f" (and {more} more)" if more else ""
        element = ElementTree.SubElement(case, "failure", {"type": first.kind, "message": legal(one_line(message))})
        element.text = legal("\n\n".join(plain(failure.lines(each)) for each in result.failures))
