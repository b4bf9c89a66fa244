"""Questions about panels and queries, and whether the answers are what a scenario expects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from dashgen.errors import InputError, Location, Problem
from dashgen.promql.macros import UnknownVariableError
from dashgen.spec.words import closest, listing
from dashgen.testing.judge import values
from dashgen.testing.judge.alerts import Where
from dashgen.testing.judge.timeline import MILLISECOND
from dashgen.testing.panels import legend_of, substituted
from dashgen.testing.promtool.play import Question, Sample
from dashgen.testing.results import Failure, Kind, moment
from dashgen.testing.scenario.model import PanelMoment, QueryMoment, Shown
from dashgen.testing.subject import Subject


@dataclass(frozen=True, slots=True)
class Asked:
    """One question about a panel's query (``path``) or, without a path, about a query of the scenario.

    ``sent`` is what becomes of any other query in the same place.
    """

    question: Question
    shows: Shown
    template: str
    tolerance: float
    where: Location
    path: str = ""
    sent: Callable[[str], str] = str

    @property
    def exact(self) -> bool:
        """Whether a value is asserted, not only that there is one."""
        return self.shows not in ("not empty", "empty")

    def judge(self, answer: Sequence[Sample] | str) -> Iterator[Failure]:
        """The failure, if the answer (or promtool's error) is not what is expected."""
        kind: Kind = "panel" if self.path else "query"
        subject = f"{self.path or 'query'} at {moment(self.question.at)}"
        expected = values.expected_text(self.shows)
        if isinstance(answer, str):
            yield Failure(kind, self.where, subject, expected, f"an error: {answer}", self.question.expr)
            return
        seen = values.lines(answer, self.template)
        if values.differs(self.shows, seen, self.tolerance):
            actual = values.actual_text(seen, self.shows)
            legends = values.legends(self.shows, seen, self.tolerance)
            yield Failure(kind, self.where, subject, expected, actual, self.question.expr, legends=legends)


def panels(subject: Subject, moments: Sequence[PanelMoment], where: Where) -> Iterator[Asked]:
    """Questions about panels.

    Raises:
        InputError: for a panel, query or variable that does not exist.
    """
    for number, each in enumerate(moments):
        for path, shows in each.shows.items():
            place = where("panels", number, "shows", path)
            shown = subject.queries.get(path)
            if shown is None:
                raise InputError([_unknown_query(subject, path, place)])
            send = partial(substituted, spec=subject.spec, shown=shown, at=each.at, picked=each.variables)
            try:
                expr = send(shown.query.expr)
            except KeyError as error:
                known = [variable.name for variable in shown.board.variables]
                raise InputError([_unknown_variable(str(error.args[0]), known, where("panels", number))]) from error
            except UnknownVariableError as error:
                problem = Problem(
                    place, str(error), "only variables of its dashboard", "correct the query of the panel"
                )
                raise InputError([problem]) from error
            yield Asked(Question(expr, _time(each.at)), shows, legend_of(shown), each.tolerance, place, path, send)


def queries(moments: Sequence[QueryMoment], where: Where) -> Iterator[Asked]:
    """Questions about queries that a scenario writes itself."""
    for number, each in enumerate(moments):
        yield Asked(
            Question(each.expr, _time(each.at)), each.shows, each.legend, each.tolerance, where("queries", number)
        )


def _time(at: timedelta) -> int:
    return round(at / MILLISECOND)


def _unknown_query(subject: Subject, path: str, where: Location) -> Problem:
    meant = closest(path, subject.queries)
    panel = path.rpartition("/")[0]
    beside = [other for other in subject.queries if other.startswith(f"{panel}/")] or [
        board.key for board in subject.bundle.dashboards
    ]
    return Problem(
        where,
        f"spec {subject.spec.name} has no panel query {path!r}",
        f"dashboard/panel/query, such as {listing(beside[:6])}",
        f"did you mean `{meant}`?" if meant else "`dashgen test --names` lists them",
    )


def _unknown_variable(name: str, known: Sequence[str], where: Location) -> Problem:
    meant = closest(name, known)
    action = f"did you mean `{meant}`?" if meant else "leave it out"
    return Problem(where, f"the dashboard has no variable {name!r}", f"one of {listing(list(known))}", action)
