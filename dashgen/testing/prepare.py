"""One case on one spec: what is asked of promtool, and the verdict on its answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

from dashgen.errors import InputError, Location, Problem
from dashgen.promql import quote
from dashgen.spec.words import closest, listing
from dashgen.testing.clock import Clock
from dashgen.testing.judge import alerts
from dashgen.testing.judge.alerts import Alerts
from dashgen.testing.judge.shown import Asked, panels, queries
from dashgen.testing.judge.timeline import Instance, instances
from dashgen.testing.notifications.judge import judge as judge_notifications
from dashgen.testing.notifications.send import notifications
from dashgen.testing.promtool.play import AlertQuestion, Answers, Play, PlayError, Question
from dashgen.testing.recording.replay import read
from dashgen.testing.results import Failure, Fed, Result
from dashgen.testing.scenario.against import check_case
from dashgen.testing.scenario.load import LoadedCase
from dashgen.testing.series import provides
from dashgen.testing.series.play import play_series
from dashgen.testing.subject import Subject


@dataclass(frozen=True)
class Prepared:
    """A case on a spec, ready to be played."""

    case: LoadedCase
    subject: Subject
    clock: Clock
    asked: tuple[Asked, ...]
    texts: tuple[AlertQuestion, ...]

    @property
    def name(self) -> str:
        """``scenario / case [spec]``."""
        return self.case.name(self.subject.spec.name)

    @property
    def alerts(self) -> Alerts:
        """What the scenario says of alerts; any that is not named stays silent."""
        return self.case.scenario.alerts or {}

    @cached_property
    def play(self) -> Play:
        """What promtool is given."""
        subject, everything = self.subject, self.everything
        needed = subject.needed(each.question.expr for each in self.asked)
        series = {selector: values for selector, values in everything.items() if name_of(selector) in needed}
        return Play(tuple(subject.groups_of(needed)), series, self.clock, self.questions, self.texts)

    @property
    def questions(self) -> tuple[Question, ...]:
        """``ALERTS`` at every evaluation, then panels and queries."""
        watched = f"ALERTS{{llm_service={quote.string(self.subject.spec.name)}}}"
        return (*(Question(watched, at) for at in self.clock.ticks()), *(each.question for each in self.asked))

    @property
    def everything(self) -> dict[str, str]:
        """Every series that plays, whether something rests on it or not."""
        scenario, subject = self.case.scenario, self.subject
        return play_series(
            subject.spec, subject.bundle, scenario.series, scenario.background, self.clock, self.case.where
        )

    @property
    def assertions(self) -> int:
        """How much the case asserts."""
        notifications = self.case.scenario.notifications
        return alerts.assertions(self.alerts) + len(self.asked) + (0 if notifications is None else 1)

    def seen(self, answers: Answers) -> tuple[Instance, ...]:
        """What alerts did."""
        ticks = self.clock.ticks()
        found = answers.samples[: len(ticks)]
        return instances(ticks, [() if isinstance(each, str) else each for each in found])

    def judge(self, answers: Answers) -> tuple[Failure, ...]:
        """Every assertion that does not hold."""
        return tuple(self.failures(answers))

    def failures(self, answers: Answers) -> Iterator[Failure]:
        """The same, one after the other."""
        seen, ticks = self.seen(answers), len(self.clock.ticks())
        texts = dict(zip(self.texts, answers.firing, strict=True))
        yield from alerts.judge(self.alerts, seen, texts, self.clock, self.case.where)
        for asked, answer in zip(self.asked, answers.samples[ticks:], strict=True):
            yield from asked.judge(answer)
        wanted = self.case.scenario.notifications
        if wanted is not None:
            sent = notifications(self.subject.alertmanager, seen, self.clock)
            yield from judge_notifications(wanted, sent, self.case.where("notifications"))

    def result(self, outcome: Answers | PlayError) -> Result:
        """The verdict, with the series that fed each wrong answer; what cannot be played has failed."""
        if isinstance(outcome, PlayError):
            failures: tuple[Failure, ...] = (
                Failure("play", self.case.where(), self.name, "that it plays", str(outcome)),
            )
        else:
            failures = tuple(map(self._explained, self.judge(outcome)))
        return Result(
            self.case.scenario.name,
            self.case.case,
            self.subject.spec.name,
            self.case.where(),
            self.assertions,
            0.0 if isinstance(outcome, PlayError) else outcome.seconds,
            failures,
        )

    def _explained(self, failure: Failure) -> Failure:
        """A failure with its expression and the series that expression rests on."""
        expr = failure.expr
        if failure.kind == "alert":
            rule = self.subject.alerts.get(failure.subject.partition("{")[0])
            expr = rule.expr if rule else ""
        if not expr:
            return failure
        names = self.subject.feeding(expr) - self.subject.records.keys()
        fed = [Fed(each, values) for each, values in self.play.series.items() if name_of(each) in names]
        return replace(failure, expr=expr, fed=tuple(fed))


def name_of(selector: str) -> str:
    """The metric of ``name{label="value"}``."""
    return selector.partition("{")[0]


def prepare(case: LoadedCase, subject: Subject) -> Prepared:
    """The case on the spec.

    Raises:
        InputError: for an alert, panel or variable the spec does not have, and a time off the grid.
    """
    scenario, prometheus = case.scenario, subject.spec.prometheus
    clock = Clock.of(
        scenario.scrape or _recorded(case) or prometheus.scrape_interval,
        scenario.every or prometheus.evaluation_interval,
        scenario.length,
    )
    problems = list(_unknown_alerts(case, subject))
    asked: tuple[Asked, ...] = ()
    try:
        asked = (
            *panels(subject, scenario.panels, case.where),
            *queries(scenario.queries, case.where),
        )
    except InputError as error:
        problems += error.problems
    problems += check_case(case, prometheus.evaluation_interval)
    for number, part in enumerate(scenario.series):
        try:
            provides.check(subject.spec, part, case.where("series", number))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return Prepared(case, subject, clock, asked, alerts.texts_to_ask(scenario.alerts or {}, clock))


def _recorded(case: LoadedCase) -> timedelta | None:
    """A grid on which rates of a recording come out as they were: a tenth of its scrapes; None without a recording."""
    places = [
        (case.file.parent / part.recording, case.where("series", number, "recording"))
        for number, part in enumerate(case.scenario.series)
        if part.recording is not None
    ]
    return min((read(path, where).scrape / 10 for path, where in places), default=None)


def _unknown_alerts(case: LoadedCase, subject: Subject) -> Iterator[Problem]:
    for name in case.scenario.alerts or {}:
        if name not in subject.alerts:
            yield unknown_alert(name, subject, case.where("alerts", name))


def unknown_alert(name: str, subject: Subject, where: Location) -> Problem:
    """The problem of an alert the spec does not have."""
    meant = closest(name, subject.alerts)
    return Problem(
        where,
        f"spec {subject.spec.name} has no alert {name}",
        f"one of {listing(list(subject.alerts))}",
        f"did you mean `{meant}`?" if meant else "remove it, or name specs that have it in `specs:`",
    )
