"""Small plays to ask about: a minute of one series, unless something else is said."""

from __future__ import annotations

from datetime import timedelta

from dashgen.model import Alert, PanelRef, RecordingRule, RuleGroup
from dashgen.testing.clock import Clock
from dashgen.testing.promtool.ask import AlertQuestion, Play, Question

MINUTE = 60_000
TWICE = RecordingRule("r", "m * 2")


def clock(minutes=1, every=30):
    return Clock.of(timedelta(seconds=15), timedelta(seconds=every), timedelta(minutes=minutes))


def alert(name="Up", expr="m > 0", **more):
    return Alert(name, expr, "page", "", "", PanelRef("a", "b"), **more)


def play(*questions, rules=(TWICE,), series=None, minutes=1, every=30):
    """Questions are (expression or alert question, minute) pairs."""
    return Play(
        (RuleGroup("one", tuple(rules)),),
        {'m{a="1"}': "1+1x1000"} if series is None else series,
        clock(minutes, every),
        tuple(Question(asked, round(at * MINUTE)) for asked, at in questions if isinstance(asked, str)),
        tuple(AlertQuestion(asked.name, round(at * MINUTE)) for asked, at in questions if not isinstance(asked, str)),
    )
