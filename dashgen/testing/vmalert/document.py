"""A play as the two files ``vmalert-tool unittest`` reads: those of promtool, where it reads them differently."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from dashgen.model import Alert, RecordingRule, RuleGroup
from dashgen.promql.reads import reads
from dashgen.testing.promtool.document import RULES, TEST, as_yaml, rule_file, test_document
from dashgen.testing.promtool.play import Play, Question

PROBE = Question("dashgen_probe", 0)
"""Asked last: the tool does not say when it could not store what is played, but then this is gone as well."""
_ALERTS = frozenset({"ALERTS", "ALERTS_FOR_STATE"})
_NO_GROUP = RuleGroup("none", ())
"""The tool refuses to run no group at all."""


def write(play: Play, folder: Path) -> None:
    """Both files of a play.

    Alerts are asked about in a test of their own: looking at one that fires changes its labels in ``ALERTS``.
    """
    # Of a series without samples there is nothing to play, and the tool refuses to read it.
    series = {name: values for name, values in play.series.items() if values.strip()} | {PROBE.expr: "1"}
    played = replace(play, groups=tuple(steps(play.groups)) or (_NO_GROUP,), series=series)
    document = test_document(replace(played, questions=(*play.questions, PROBE), alerts=()))
    if play.alerts:
        document["tests"] += test_document(replace(played, questions=()))["tests"]
    for test in document["tests"]:
        test["metricsql_expr_test"] = test.pop("promql_expr_test")
    # It would put variables of the environment for %{NAME}.
    (folder / RULES).write_text(rule_file(played.groups).replace("%{", r"\u0025{"), encoding="ascii")
    (folder / TEST).write_text(as_yaml(document), encoding="ascii")


def steps(groups: Iterable[RuleGroup]) -> Iterator[RuleGroup]:
    """The groups, cut before each rule that reads what one before it in its group has just written.

    The tool shows what rules write when their group is done; Prometheus, and so promtool, shows it to the next rule.
    """
    for number, group in enumerate(groups):
        step: list[RecordingRule | Alert] = []
        written: set[str] = set()
        part = 0
        for rule in group.rules:
            if _reads_any(rule.expr, written):
                yield RuleGroup(f"{number}.{part}", tuple(step))
                step, written, part = [], set(), part + 1
            step.append(rule)
            written |= {rule.record} if isinstance(rule, RecordingRule) else _ALERTS
        yield RuleGroup(f"{number}.{part}", tuple(step))


def _reads_any(expr: str, written: set[str]) -> bool:
    names: frozenset[str] = frozenset()
    # The tool says what is wrong with an expression that does not parse.
    with suppress(ValueError):
        names = frozenset(reads(expr))
    # A selector without a name may read anything.
    return not written.isdisjoint(names) or ("" in names and bool(written))
