"""Every recorded name with its labels, by spec: what dashboards and queries of other people rely on.

``python -m tests.alerts.recorded_names`` writes the file after a change that is meant.
"""

from __future__ import annotations

import re
from pathlib import Path

from dashgen.alerts import rule_groups
from dashgen.model import RecordingRule
from dashgen.promql.infer import infer
from dashgen.spec import Spec
from tests.specs import variety

FILE = Path(__file__).with_name("recorded_names.txt")
_WORD = re.compile(r"[A-Za-z_]\w*")


def recorded(spec: Spec) -> list[str]:
    """``name{label,...}`` of each record; a record of several rules has the labels of all."""
    labels: dict[str, frozenset[str]] = {}
    for group in rule_groups(spec):
        for rule in group.rules:
            if isinstance(rule, RecordingRule):
                # A raw series may have any label: what is recorded of it, the rule names.
                words = frozenset(_WORD.findall(rule.expr))
                kept, _ = infer(rule.expr, lambda name, raw=words: labels.get(name, raw))
                labels[rule.record] = labels.get(rule.record, frozenset()) | kept | frozenset(rule.labels)
    return [f"{name}{{{','.join(sorted(labels[name]))}}}" for name in labels]


def by_record() -> dict[str, set[str]]:
    """``name{label,...}`` -> the specs of ``tests.specs.variety`` that record it."""
    found: dict[str, set[str]] = {}
    for name, spec in variety().items():
        for record in recorded(spec):
            found.setdefault(record, set()).add(name)
    return found


def written() -> dict[str, set[str]]:
    """The same, from the file."""
    lines = (line.split(" ") for line in FILE.read_text(encoding="utf-8").splitlines())
    return {record: set(specs) for record, *specs in lines}


def text() -> str:
    """The file: a line for each record, then the specs that have it."""
    return "".join(f"{record} {' '.join(sorted(specs))}\n" for record, specs in sorted(by_record().items()))


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
