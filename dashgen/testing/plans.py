"""Prepared cases as the mutation run needs them: how each is played, and what it follows from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import dashgen
from dashgen.batch.inputs import hash_folder
from dashgen.testing.judge import alerts
from dashgen.testing.mutate.plan import CasePlan, PanelQuestion, Part
from dashgen.testing.mutate.targets import Target
from dashgen.testing.prepare import Prepared
from dashgen.testing.promtool.play import Answers

_DECIDING = (
    "catalogue",
    "promql",
    "signals",
    "spec",
    *(f"testing/{room}" for room in ("judge", "notifications", "recording", "scenario", "series")),
)
"""Rooms that have a say in which series play and how answers are judged; rules and queries are compared themselves."""


def plan(prepared: Prepared) -> CasePlan:
    """One case on one spec."""
    ticks = len(prepared.clock.ticks())
    return CasePlan(
        name=prepared.name,
        spec=prepared.subject.spec.name,
        groups=prepared.subject.bundle.groups,
        clock=prepared.clock,
        questions=prepared.questions,
        texts=prepared.texts,
        series=lambda: prepared.everything,
        fails=lambda answers, part: _fails(prepared, answers, part),
        digest=_digest(prepared),
        panels={
            ticks + number: PanelQuestion(asked.path, asked.sent, asked.exact)
            for number, asked in enumerate(prepared.asked)
            if asked.path
        },
        fires=frozenset(
            name
            for name, expected in prepared.alerts.items()
            if not isinstance(expected, str) and any(each.firing for each in expected)
        ),
        together=prepared.case.scenario.notifications is not None,
    )


def _fails(prepared: Prepared, answers: Answers, part: Part | None) -> bool:
    """Whether an assertion about the part does not hold, or any without a part: notifications are about everything."""
    if part is None:
        return next(prepared.failures(answers), None) is not None
    ticks = len(prepared.clock.ticks())
    shown = (prepared.asked[index - ticks].judge(answers.samples[index]) for index in part.questions if index >= ticks)
    if any(next(failures, None) is not None for failures in shown):
        return True
    about = {name: expected for name, expected in prepared.alerts.items() if name in part.alerts}
    texts = dict(zip(prepared.texts, answers.firing, strict=True))
    failures = alerts.judge(about, prepared.seen(answers), texts, prepared.clock, prepared.case.where)
    return next(failures, None) is not None


def _digest(prepared: Prepared) -> str:
    scenario, spec = prepared.case.scenario, prepared.subject.spec
    parts = [
        _code(),
        repr(scenario),
        repr(spec),
        [_content(prepared.case.file.parent / part.recording) for part in scenario.series if part.recording],
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _content(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def _code() -> str:
    package = Path(dashgen.__file__).parent
    return "".join(hash_folder(package / room) for room in _DECIDING)


def asserted(prepared: Sequence[Prepared]) -> Callable[[Target], bool]:
    """Whether a target is worth mutating: in a spec that is only there for its scenarios, if they assert it."""
    auxiliary: dict[str, frozenset[str]] = {}
    shown: set[tuple[str, str]] = set()
    for each in prepared:
        subject, name = each.subject, each.subject.spec.name
        if subject.auxiliary:
            fired = plan(each).fires
            expressions = [subject.alerts[alert].expr for alert in fired] + [a.question.expr for a in each.asked]
            read = fired.union(*map(subject.feeding, expressions))
            auxiliary[name] = auxiliary.get(name, frozenset()) | read
            shown |= {(name, asked.path) for asked in each.asked if asked.path}

    def wanted(target: Target) -> bool:
        return any(
            spec not in auxiliary or target.name in auxiliary[spec] or (spec, target.name) in shown
            for spec in target.specs
        )

    return wanted
