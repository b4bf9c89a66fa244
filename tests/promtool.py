"""promtool as a PromQL and alert engine for tests: plays of fixtures, asked through ``dashgen.testing.promtool``.

All questions about one play of a fixture are answered in one run.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest

from dashgen.alerts import rule_groups
from dashgen.errors import DashgenError, MachineError
from dashgen.model import Alert
from dashgen.spec import Spec
from dashgen.testing.clock import Clock
from dashgen.testing.promtool import output
from dashgen.testing.promtool.ask import AlertQuestion, Play, Question, ask
from dashgen.testing.promtool.document import as_yaml, rule_file
from dashgen.testing.promtool.find import NAMED, find
from dashgen.testing.promtool.output import parse_labels
from tests.series import merge, text

__all__ = ("Answer", "Firing", "Played", "as_yaml", "binary", "check_rules", "parse_labels", "parse_samples", "play")


def binary():
    """The promtool to judge with; a missing one fails, for a skipped proof looks like a passed one."""
    return str(_promtool().path)


def _promtool():
    try:
        return _found(os.environ.get(NAMED), os.environ.get("PATH"))
    except MachineError as error:
        pytest.fail(f"promtool is not installed: run .ci/setup test, or name one in {NAMED}\n{error}", pytrace=False)


@lru_cache
def _found(_named, _path):
    return find()


@dataclass(frozen=True)
class Firing:
    """One alert firing at one minute."""

    minute: float
    labels: dict
    annotations: dict


class Answer(list):
    """The samples an expression returns: (labels, value) pairs."""

    def value(self):
        """The only sample's value."""
        assert len(self) == 1, f"expected one sample, got {list(self)}"
        return self[0][1]

    def by(self, label):
        """Values by one label."""
        values = {labels.get(label, ""): value for labels, value in self}
        assert len(values) == len(self), f"{label} does not tell the samples apart: {list(self)}"
        return values


class Played:
    """Rules that ran over series; ask what was recorded and what fired. Times are minutes."""

    def __init__(self, groups, series, *, interval, every, since, until):
        self.groups, self.series, self.interval, self.every = groups, series, interval, every
        self.since, self.until = since, until
        self.names = {rule.name for group in groups for rule in group.rules if isinstance(rule, Alert)}
        self._alerts = None

    def query(self, expr, at=None):
        """What ``expr`` returns at a minute (default: the end)."""
        return self.queries([(expr, self.until if at is None else at)])[0]

    def queries(self, questions):
        """Answers to (expression, minute) pairs, in order, from one run."""
        asked = tuple(Question(expr, self._time(at)) for expr, at in questions)
        found = self._ask(questions=asked).samples
        for question, samples in zip(asked, found, strict=True):
            assert not isinstance(samples, str), f"promtool could not evaluate\n{question.expr}\n{samples}"
        return [Answer((sample.labels, sample.value) for sample in samples) for samples in found]

    def firing(self, name, **labels):
        """Every firing of an alert at every evaluation, in order; only those with these labels."""
        if name not in self.names:
            raise KeyError(f"no alert {name} in {sorted(group.name for group in self.groups)}: {sorted(self.names)}")
        if self._alerts is None:
            self._alerts = self._play()
        return [f for f in self._alerts[name] if all(f.labels.get(label) == v for label, v in labels.items())]

    def minutes(self, name, **labels):
        """The minutes in which the alert fires."""
        return sorted({firing.minute for firing in self.firing(name, **labels)})

    def models(self, name):
        """The models for which the alert ever fires."""
        return {firing.labels.get("model", "") for firing in self.firing(name)}

    def _play(self):
        times = range(round(self.since * 60), round(self.until * 60) + 1, self.every)
        asked = tuple(AlertQuestion(name, t * 1000) for name in sorted(self.names) for t in times)
        found = {name: [] for name in self.names}
        for question, firings in zip(asked, self._ask(alerts=asked).firing, strict=True):
            for firing in firings:
                broken = [note for note in firing.annotations.values() if "<error expanding template" in note]
                assert not broken, f"{question.alert}: {broken[0]}"
                found[question.alert].append(Firing(question.at / 60_000, firing.labels, firing.annotations))
        return found

    def _time(self, minute):
        seconds = round(minute * 60)
        if seconds % self.every or minute > self.until:
            raise ValueError(f"minute {minute} is not on the evaluation grid ({self.every} s, until {self.until})")
        return seconds * 1000

    def _ask(self, **questions):
        series = {name: text(line) for name, line in self.series.items()}
        clock = Clock(self.interval * 1000, self.every * 1000, round(self.until * 60) * 1000)
        promtool = _promtool()
        try:
            return ask(promtool, Play(self.groups, series, clock, **questions))
        except DashgenError as error:
            raise AssertionError(str(error)) from error


def play(spec, *series, groups, until, every=30, interval=15, since=0):
    """Run rule groups over series for ``until`` minutes, evaluated ``every`` and scraped at ``interval`` seconds.

    Alerts are watched from minute ``since`` on.
    ``spec`` is a spec or rule groups; ``groups`` are names without the spec's prefix, None for all.
    """
    chosen = rule_groups(spec) if isinstance(spec, Spec) else tuple(spec)
    if groups is not None:
        prefix = f"{spec.name}-" if isinstance(spec, Spec) else ""
        known = {group.name: group for group in chosen}
        unknown = [name for name in groups if prefix + name not in known]
        if unknown or not groups:
            raise KeyError(f"no rule group {unknown or 'asked for'}; there are {sorted(known)}")
        chosen = tuple(group for group in chosen if group.name in {prefix + name for name in groups})
    empty = [group.name for group in chosen if not group.rules]
    if empty or not chosen:
        raise ValueError(f"rule groups without rules prove nothing: {empty or 'none at all'}")
    return Played(chosen, merge(*series), interval=interval, every=every, since=since, until=until)


def check_rules(groups):
    """``promtool check rules`` over rule groups."""
    with tempfile.TemporaryDirectory(prefix="dashgen-promtool-") as folder:
        Path(folder, "rules.yaml").write_text(rule_file(groups), encoding="utf-8")
        command = [binary(), "check", "rules", "--lint=all", "--lint-fatal", "rules.yaml"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr + done.stdout


def parse_samples(shown):
    """``{a="b"} 1E+00, {a="c"} 2E+00`` as labels and values."""
    return Answer((sample.labels, sample.value) for sample in output.parse_samples(shown))
