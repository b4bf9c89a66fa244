"""``json``: everything a run found, for programs.

``version`` is 1 and changes when a key changes its meaning or goes; keys may be added. Times: ``*_seconds`` are
seconds of the machine, ``*_ms`` milliseconds of the scenario, ``started`` is ISO 8601. Keys::

    version, started, wall_seconds, promtool: {path, version}, vmalert: {path, version} or null, warnings: [text],
    summary: {cases, failed, assertions, failures},
    results: [{name, scenario, case, spec, where, assertions, promtool_seconds, failures: [...],
               differences: [{subject, promtool, vmalert, expr, reason, contradicts}]}],
    coverage: [{spec, counts: {kind: {covered, all}}, missing: [text]}]

A failure is ``{kind, subject, where, expected, actual, expr, timelines, legends, fed}``; ``where`` is
``{file, line, column}``, 0 where there is none. ``timelines`` is null or ``{until_ms, every_ms, expected, actual}`` of
``{pending, firing}``, each a list of ``[first, last]`` evaluation, pending null where nothing is expected of it.
``legends`` is a list of ``{name, expected, actual, holds}``, ``fed`` of ``{series, values}``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from dashgen.errors import Location
from dashgen.report.line import Line
from dashgen.testing.results import Failure, Result, Run, Stretch, Timeline

VERSION = 1


def lines(run: Run, *, quiet: bool = False) -> Iterator[Line]:
    """The document; ``quiet`` or not, it says everything."""
    document = {
        "version": VERSION,
        "started": run.started.isoformat(timespec="seconds"),
        "wall_seconds": run.wall,
        "promtool": {"path": run.promtool, "version": run.version},
        "vmalert": {"path": run.vmalert.path, "version": run.vmalert.version} if run.vmalert else None,
        "warnings": list(run.warnings),
        "summary": {
            "cases": len(run.results),
            "failed": sum(1 for result in run.results if result.failures),
            "assertions": sum(result.assertions for result in run.results),
            "failures": run.failures,
        },
        "results": [_result(result) for result in run.results],
        "coverage": [
            {
                "spec": each.spec,
                "counts": {kind: {"covered": found, "all": all_of} for kind, (found, all_of) in each.counts.items()},
                "missing": list(each.missing),
            }
            for each in run.coverage
        ],
    }
    yield from map(Line, json.dumps(document, indent=2, allow_nan=False).split("\n"))


def _result(result: Result) -> dict[str, Any]:
    return {
        "name": result.name,
        "scenario": result.scenario,
        "case": result.case,
        "spec": result.spec,
        "where": _where(result.where),
        "assertions": result.assertions,
        "promtool_seconds": result.seconds,
        "failures": [_failure(failure) for failure in result.failures],
        "differences": [asdict(each) for each in result.differences],
    }


def _failure(failure: Failure) -> dict[str, Any]:
    return {
        "kind": failure.kind,
        "subject": failure.subject,
        "where": _where(failure.where),
        "expected": failure.expected,
        "actual": failure.actual,
        "expr": failure.expr,
        "timelines": _timelines(failure),
        "legends": [
            {"name": each.name, "expected": each.expected, "actual": each.actual, "holds": each.holds}
            for each in failure.legends
        ],
        "fed": [{"series": each.series, "values": each.values} for each in failure.fed],
    }


def _where(where: Location) -> dict[str, Any]:
    return {"file": where.file, "line": where.line, "column": where.column}


def _timelines(failure: Failure) -> dict[str, Any] | None:
    if failure.timelines is None:
        return None
    expected, actual = map(_timeline, failure.timelines)
    return {"until_ms": failure.until, "every_ms": failure.every, "expected": expected, "actual": actual}


def _timeline(timeline: Timeline) -> dict[str, Any]:
    pending = None if timeline.pending is None else _stretches(timeline.pending)
    return {"pending": pending, "firing": _stretches(timeline.firing)}


def _stretches(stretches: Sequence[Stretch]) -> list[list[int]]:
    return [[stretch.first, stretch.last] for stretch in stretches]
