"""Alerts of two sides: who is told what, when, and how loudly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dashgen.compare.changes import Change, Code, Mark, Subject, Words, arrow
from dashgen.compare.expressions import same
from dashgen.compare.model import Alert
from dashgen.compare.texts import reworded
from dashgen.compare.thresholds import condition


def compare_alerts(before: Sequence[Alert], after: Sequence[Alert]) -> Iterator[Change]:
    """What changed between two lists of alerts, in the order of their names."""
    pairs, removed, added = _pairs(before, after)
    for old, new in list(_renamed(removed, added)):
        removed.remove(old)
        added.remove(new)
        said: Words = (
            "renamed from ",
            Code(old.name),
            ", and routes, silences and inhibitions that name it no longer match",
        )
        yield Change("alerts", "!", _subject(new), (said, *_said(old, new)[1]))
    for alert in removed:
        text = "removed, nobody is woken for it any more" if alert.severity == "page" else "removed"
        yield Change("alerts", "!" if alert.severity == "page" else "-", _subject(alert), ((text,),))
    for alert in added:
        yield Change("alerts", "+", _subject(alert), (("new",),))
    for old, new in pairs:
        mark, told = _said(old, new)
        if told:
            subject = _subject(new) if old.severity == new.severity else Subject("alert", new.name)
            yield Change("alerts", mark, subject, told)


def _subject(alert: Alert) -> Subject:
    return Subject(alert.severity if alert.severity in ("page", "ticket") else "alert", alert.name)


def _pairs(
    before: Sequence[Alert], after: Sequence[Alert]
) -> tuple[list[tuple[Alert, Alert]], list[Alert], list[Alert]]:
    """(pairs, removed, added). Alerts that share a name are paired by labels, then by order."""
    pairs, removed, added = [], [], []
    for name in sorted({alert.name for alert in (*before, *after)}):
        old = [alert for alert in before if alert.name == name]
        new = [alert for alert in after if alert.name == name]
        for alike in (_equal, _labelled, _any):
            for each in list(old):
                match = next((other for other in new if alike(each, other)), None)
                if match is not None:
                    pairs.append((each, match))
                    old.remove(each)
                    new.remove(match)
        removed += old
        added += new
    return pairs, removed, added


def _equal(one: Alert, other: Alert) -> bool:
    return one == other


def _labelled(one: Alert, other: Alert) -> bool:
    return one.severity == other.severity and one.labels == other.labels


def _any(_: Alert, __: Alert) -> bool:
    return True


def _renamed(removed: Sequence[Alert], added: Sequence[Alert]) -> Iterator[tuple[Alert, Alert]]:
    taken: list[Alert] = []
    for old in removed:
        match = next((new for new in added if new not in taken and same(old.expr, new.expr)), None)
        if match is not None:
            taken.append(match)
            yield old, match


def _said(old: Alert, new: Alert) -> tuple[Mark, tuple[Words, ...]]:
    """How loud, and what: severity first, then when it fires, then what it tells."""
    mark: Mark = "~"
    said: list[Words] = []
    if old.severity != new.severity:
        mark = "!"
        said.append(_severity(old.severity or "none", new.severity or "none"))
    said += condition(old.expr, new.expr)
    if old.wait != new.wait:
        said.append(arrow(old.wait, new.wait, "for"))
    if old.keep != new.keep:
        said.append(arrow(old.keep, new.keep, "keeps firing for"))
    said += _labels(old.labels, new.labels)
    for name in sorted({*old.annotations, *new.annotations}):
        said += reworded(name, old.annotations.get(name, ""), new.annotations.get(name, ""))
    return mark, tuple(said)


def _severity(old: str, new: str) -> Words:
    shift: Words = (f"{old} -> {new}".upper() if {old, new} <= {"page", "ticket", "none"} else "severity ",)
    if shift == ("severity ",):
        shift = arrow(old, new, "severity")
    if old == "page":
        return (*shift, ": nobody is woken any more")
    return (*shift, ": wakes a person") if new == "page" else shift


def _labels(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Words]:
    for name in sorted({*old, *new}):
        if name not in new:
            yield ("label removed: ", Code(f"{name}={old[name]}"))
        elif name not in old:
            yield ("label added: ", Code(f"{name}={new[name]}"))
        elif old[name] != new[name]:
            yield arrow(f"{name}={old[name]}", f"{name}={new[name]}", "label")
