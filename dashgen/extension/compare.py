"""What an extension added to the bundle, and everything it took away or changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from dashgen.extension.fault import Fault
from dashgen.model import Alert, Bundle, Dashboard, Panel, RecordingRule, Row, RuleGroup

Item = TypeVar("Item")

ONLY_ADDED = "everything dashgen built as it was: an extension only adds"
GIVE_BACK = "start from the bundle you are given and add to it, with dashgen.extend or dataclasses.replace"


@dataclass(slots=True)
class Added:
    """What is new, and where."""

    rows: list[tuple[Dashboard, Row]] = field(default_factory=list)
    panels: list[tuple[Dashboard, Panel]] = field(default_factory=list)
    groups: list[RuleGroup] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    records: list[RecordingRule] = field(default_factory=list)


def compare(before: Bundle, after: Bundle) -> tuple[Added, list[Fault]]:
    """(what was added, one fault for each thing removed, edited or reordered)."""
    added = Added()
    faults = list(_compare(before, after, added))
    return added, faults


def _compare(before: Bundle, after: Bundle, added: Added) -> Iterator[Fault]:
    if replace(after, dashboards=before.dashboards, groups=before.groups) != before:
        yield Fault("the extension changes the name or the remarks of the bundle", ONLY_ADDED, GIVE_BACK)
    yield from _kept(before.dashboards, after.dashboards, lambda board: board.key, "dashboard", _frame)
    if len(after.dashboards) > len(before.dashboards):
        yield Fault("the extension adds a dashboard", "rows and panels in the dashboards there are", GIVE_BACK)
    old_boards = {board.key: board for board in before.dashboards}
    for board in after.dashboards:
        if board.key in old_boards:
            yield from _rows(old_boards[board.key], board, added)
    yield from _groups(before, after, added)


def _rows(old: Dashboard, new: Dashboard, added: Added) -> Iterator[Fault]:
    yield from _kept(old.rows, new.rows, lambda row: f"{old.key}/{row.key}", "row", _title)
    old_rows = {row.key: row for row in old.rows}
    for row in new.rows:
        if row.key not in old_rows:
            added.rows.append((new, row))
            added.panels += [(new, panel) for panel in row.panels]
            continue
        before = old_rows[row.key].panels
        yield from _kept(before, row.panels, lambda panel: f"{old.key}/{panel.key}", "panel")
        known = {panel.key for panel in before}
        added.panels += [(new, panel) for panel in row.panels if panel.key not in known]


def _groups(before: Bundle, after: Bundle, added: Added) -> Iterator[Fault]:
    yield from _kept(before.groups, after.groups, lambda group: group.name, "rule group", _interval)
    old_groups = {group.name: group for group in before.groups}
    for group in after.groups:
        old = old_groups.get(group.name)
        known = {_rule_key(rule) for rule in old.rules} if old else set()
        if old is None:
            added.groups.append(group)
        else:
            yield from _kept(old.rules, group.rules, _rule_key, "rule")
        for rule in group.rules:
            if _rule_key(rule) in known:
                continue
            if isinstance(rule, Alert):
                added.alerts.append(rule)
            else:
                added.records.append(rule)


def _kept(
    old: Sequence[Item],
    new: Sequence[Item],
    key: Callable[[Item], Hashable],
    what: str,
    own: Callable[[Item], object] = lambda item: item,
) -> Iterator[Fault]:
    """Faults for each old item that is gone, changed in what is its ``own``, there twice, or elsewhere."""
    keys = [key(item) for item in old]
    there = [item for item in new if key(item) in keys]
    for item in old:
        found = [each for each in there if key(each) == key(item)]
        name = f"{what} {_shown(key(item))}"
        if not found:
            yield Fault(f"the extension removes the {name}", ONLY_ADDED, _instead(what))
        elif len(found) > 1:
            yield Fault(
                f"the extension has the {name} {len(found)} times", "each once", "give what you add its own key"
            )
        elif own(found[0]) != own(item):
            yield Fault(f"the extension edits the {name}", ONLY_ADDED, _instead(what))
    order = [key(item) for item in there]
    if order != keys and sorted(map(str, order)) == sorted(map(str, keys)):
        yield Fault(f"the extension changes the order of each {what}", ONLY_ADDED, GIVE_BACK)


def _instead(what: str) -> str:
    if what == "panel":
        return "add a panel under a key of its own; `hide:` in the spec leaves panels out"
    return GIVE_BACK


def _shown(key: Hashable) -> str:
    return str(key[0]) if isinstance(key, tuple) else str(key)


def _rule_key(rule: Alert | RecordingRule) -> tuple[str, str]:
    """(name, everything that tells rules of that name apart)."""
    if isinstance(rule, Alert):
        return rule.name, "alert"
    return rule.record, repr(sorted(rule.labels.items()))


def _frame(board: Dashboard) -> object:
    return replace(board, rows=())


def _title(row: Row) -> object:
    return replace(row, panels=())


def _interval(group: RuleGroup) -> object:
    return replace(group, rules=())
