"""promtool as a PromQL and alert engine for tests.

Every question expects an impossible sample; promtool then prints what it ``got:`` instead, exactly, so that
comparing is up to the test. All questions about one play of a fixture are answered in one run.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from dashgen.alerts import rule_groups
from dashgen.emit.rules_yaml import rule_groups as emitted
from dashgen.model import Alert
from dashgen.spec import Spec
from tests.series import merge, text

IMPOSSIBLE = {"__sentinel__": "1"}
_BLOCK = re.compile(r"^    (?=alertname: |expr: )", re.MULTILINE)
_ESCAPE = re.compile(r'\\(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|[abfnrtv\\"])')
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"'}


def binary():
    """The promtool to judge with; a missing one fails, for a skipped proof looks like a passed one."""
    # .ci/setup puts one beside the interpreter, where it disturbs nobody.
    beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    found = shutil.which(os.environ.get("DASHGEN_PROMTOOL") or "promtool", path=beside)
    if found is None:
        pytest.fail("promtool is not installed: run .ci/setup test, or name one in DASHGEN_PROMTOOL", pytrace=False)
    return found


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
        tests = [
            {"expr": f"{expr}\n# q={n}", "eval_time": self._time(at), "exp_samples": [_impossible()]}
            for n, (expr, at) in enumerate(questions)
        ]
        found = {}
        for block in self._run(promql_expr_test=tests):
            number = re.search(r'# q=(\d+)", time: ', block)
            if number:
                got = re.search(r"^ +got: (.*)$", block, re.MULTILINE)
                assert got, f"promtool could not evaluate\n{questions[int(number[1])][0]}\n{block}"
                found[int(number[1])] = parse_samples(got[1])
        assert len(found) == len(questions), f"promtool answered {len(found)} of {len(questions)} questions"
        return [found[n] for n in range(len(questions))]

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
        tests = [
            {
                "alertname": name,
                "eval_time": f"{t}s",
                "exp_alerts": [{"exp_labels": IMPOSSIBLE, "exp_annotations": {}}],
            }
            for name in sorted(self.names)
            for t in times
        ]
        found = {name: [] for name in self.names}
        blocks = self._run(alert_rule_test=tests)
        assert len(blocks) == len(tests), f"promtool answered {len(blocks)} of {len(tests)} questions"
        for block in blocks:
            head = re.match(r"alertname: (\S+), time: (\w+),", block)
            got = block.split("got:[", 1)[1]
            rows = re.findall(r"^ +Labels:(\{.*\})\n +Annotations:(\{.*\}),?$", got, re.MULTILINE)
            for shown, notes in rows:
                firing = Firing(_seconds(head[2]) / 60, parse_labels(shown)[0], parse_labels(notes)[0])
                broken = [note for note in firing.annotations.values() if "<error expanding template" in note]
                assert not broken, f"{head[1]}: {broken[0]}"
                found[head[1]].append(firing)
        return {name: sorted(firings, key=lambda f: f.minute) for name, firings in found.items()}

    def _time(self, minute):
        seconds = round(minute * 60)
        if seconds % self.every or minute > self.until:
            raise ValueError(f"minute {minute} is not on the evaluation grid ({self.every} s, until {self.until})")
        return f"{seconds}s"

    def _run(self, **tests):
        """promtool's failure blocks, one per question."""
        document = {
            "rule_files": ["rules.yaml"],
            "evaluation_interval": f"{self.every}s",
            # Groups that are not listed would run in random order.
            "group_eval_order": [group.name for group in self.groups],
            "tests": [
                {
                    "interval": f"{self.interval}s",
                    "input_series": [{"series": name, "values": text(line)} for name, line in self.series.items()],
                    **tests,
                }
            ],
        }
        with tempfile.TemporaryDirectory(prefix="dashgen-promtool-") as folder:
            Path(folder, "rules.yaml").write_text(rule_file(self.groups), encoding="utf-8")
            Path(folder, "test.yaml").write_text(as_yaml(document), encoding="utf-8")
            done = _promtool("test", "rules", "test.yaml", cwd=folder)
        assert done.returncode == 1 and "FAILED:" in done.stderr, f"promtool could not run:\n{done.stderr}{done.stdout}"
        failed = re.findall(r"^    rule: .*$", done.stderr, re.MULTILINE)
        assert not failed, "Prometheus could not evaluate " + "\n".join(failed[:5])
        return _BLOCK.split(done.stderr)[1:]


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
        done = _promtool("check", "rules", "--lint=all", "--lint-fatal", "rules.yaml", cwd=folder)
    assert done.returncode == 0, done.stderr + done.stdout


def rule_file(groups):
    """Rule groups as they are emitted, all at the interval of the test; JSON is YAML."""
    return as_yaml({"groups": [{"name": group["name"], "rules": group["rules"]} for group in emitted(groups)]})


def as_yaml(document):
    """JSON that every YAML parser reads: characters YAML does not print are written as escapes."""
    plain = json.dumps(document, ensure_ascii=False, indent=1)
    return re.sub(r"[^\x20-\x7e\n]", lambda m: (r"\u%04x" if m[0] <= "\uffff" else r"\U%08x") % ord(m[0]), plain)


def _promtool(*arguments, cwd):
    return subprocess.run([binary(), *arguments], cwd=cwd, capture_output=True, text=True, check=False, timeout=120)


def _impossible():
    return {"labels": '{__sentinel__="1"}', "value": 0}


def _seconds(shown):
    units = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)([wdhms])", shown))


def parse_samples(shown):
    """``{a="b"} 1E+00, {a="c"} 2E+00`` as labels and values."""
    answer = Answer()
    if shown == "nil":
        return answer
    position = 0
    while position < len(shown):
        labels, position = parse_labels(shown, position)
        value = re.compile(r" ([^ ,]+)(, |$)").match(shown, position)
        assert value, f"unexpected output of promtool: {shown[position:]!r}"
        answer.append((labels, float(value[1].replace("Inf", "inf"))))
        position = value.end()
    return answer


def parse_labels(shown, position=0):
    """The labels at ``position`` and where they end; values are Go strings and may hold anything."""
    labels = {}
    name = re.compile(r'([^={},"\s]+)="((?:[^"\\]|\\.)*)"(, ?)?')
    start = re.compile(r"[^{\s]*\{").match(shown, position)
    assert start, f"no labels in {shown[position:]!r}"
    if start[0] != "{":
        labels["__name__"] = start[0][:-1]
    position = start.end()
    while shown[position] != "}":
        pair = name.match(shown, position)
        assert pair, f"no label in {shown[position:]!r}"
        labels[pair[1]] = _unquote(pair[2])
        position = pair.end()
    return labels, position + 1


def _unquote(inner):
    def char(match):
        code = match[1]
        return chr(int(code[1:], 16)) if code[0] in "xuU" and len(code) > 1 else _SIMPLE[code]

    return _ESCAPE.sub(char, inner)
