"""Recorded series of two sides. Their names and labels are an API: what goes away breaks readers elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from dashgen.compare.changes import Change, Code, Mark, Subject, Words, arrow
from dashgen.compare.expressions import difference, keys, same
from dashgen.compare.model import Alert, Artefacts, Labels, Record

Records = Mapping[tuple[str, Labels], Record]
GOES_BLANK = "dashboards or alerts elsewhere that read it go blank; keep it 35 days"
_CONSTANT = re.compile(r"vector\(([^()\s]+)\)")


def compare_records(before: Artefacts, after: Artefacts) -> Iterator[Change]:
    """What changed between the recorded series of two sides, in the order of their names."""
    old, new = _by_name(before.records), _by_name(after.records)
    renamed = dict(_renamed(old, new))
    reads = readers(after)
    for name in sorted({*old, *new}):
        if name in renamed.values():
            continue
        if name in renamed:
            text: Words = ("renamed to ", Code(renamed[name]), f", {GOES_BLANK}")
            yield Change("records", "!", Subject("", name), (text,), reads.get(renamed[name], frozenset()))
        elif name not in new:
            yield Change("records", "!", Subject("", name), ((f"removed, {GOES_BLANK}",),))
        elif name not in old:
            yield Change("records", "+", Subject("", name), (("new",),), reads.get(name, frozenset()))
        else:
            mark, said = _series(old[name], new[name])
            if said:
                yield Change("records", mark, Subject("", name), said, reads.get(name, frozenset()))


def compare_intervals(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    """Rule groups that are evaluated more or less often; groups of one side only show in their rules."""
    for name in sorted(before.keys() & after.keys()):
        if before[name] != after[name]:
            said = arrow(before[name] or "the default", after[name] or "the default", "evaluated every")
            yield Change("records", "~", Subject("group", name), (said,))


def readers(side: Artefacts) -> dict[str, frozenset[str]]:
    """Record -> the alerts that read it, directly or through other records, as ``page Name``."""
    reads = {
        name: {word for each in series for word in keys(each.expr)} for name, series in _by_name(side.records).items()
    }
    found: dict[str, set[str]] = {}
    for alert in side.alerts:
        queue, seen = [word for word in keys(alert.expr) if word in reads], set[str]()
        while queue:
            name = queue.pop()
            if name not in seen:
                seen.add(name)
                found.setdefault(name, set()).add(_title(alert))
                queue += [word for word in reads[name] if word in reads]
    return {name: frozenset(alerts) for name, alerts in found.items()}


def _title(alert: Alert) -> str:
    return f"{alert.severity} {alert.name}".strip()


def _by_name(records: Records) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for record in records.values():
        found.setdefault(record.name, []).append(record)
    return found


def _renamed(old: Mapping[str, Sequence[Record]], new: Mapping[str, Sequence[Record]]) -> Iterator[tuple[str, str]]:
    """Names that went and names that came with the very same series; two that fit equally well are not guessed."""
    gone = {name: _content(old[name]) for name in old if name not in new}
    came = {name: _content(new[name]) for name in new if name not in old}
    for name, content in gone.items():
        twins = [other for other in gone if gone[other] == content]
        matches = [other for other in came if came[other] == content]
        if len(matches) == len(twins) == 1:
            yield name, matches[0]


def _content(series: Sequence[Record]) -> tuple[tuple[Labels, tuple[str, ...]], ...]:
    return tuple(sorted((each.labels, keys(each.expr)) for each in series))


def _series(old: Sequence[Record], new: Sequence[Record]) -> tuple[Mark, tuple[Words, ...]]:
    """What changed in the series of one name; series that are gone are loud, their readers go blank too."""
    before, after = {each.labels: each for each in old}, {each.labels: each for each in new}
    gone = [each for labels, each in before.items() if labels not in after]
    came = [each for labels, each in after.items() if labels not in before]
    said: dict[tuple[Words, ...], list[Labels]] = {}
    for labels in sorted(before.keys() & after.keys()):
        if changed := _expression(before[labels].expr, after[labels].expr):
            said.setdefault(changed, []).append(labels)
    found = [line for changed, where in said.items() for line in _placed(changed, where, tuple(after))]
    if relabelled := _relabelled(gone, came):
        moved = tuple(line for one, other in relabelled for line in _expression(one.expr, other.expr))
        lines = [_new_labels(one.labels, other.labels) for one, other in relabelled]
        return "!", tuple(dict.fromkeys([*lines, *moved, *found]))
    if gone:
        found.append(_counted(gone, "removed", tuple(before)))
    if came:
        found.append(_counted(came, "added", tuple(after)))
    return "~", tuple(found)


def _expression(before: str, after: str) -> tuple[Words, ...]:
    old, new = _CONSTANT.fullmatch(before.strip()), _CONSTANT.fullmatch(after.strip())
    if old and new and not same(before, after):
        return (arrow(old[1], new[1]),)
    return difference(before, after)


def _placed(changed: tuple[Words, ...], where: Sequence[Labels], everywhere: Sequence[Labels]) -> Iterator[Words]:
    """The change, with the labels that tell its series from the others, when it is not all of them."""
    if len(where) == len(everywhere):
        yield from changed
        return
    common = frozenset(everywhere[0]).intersection(*everywhere)
    telling = sorted(frozenset(where[0]).intersection(*where) - common)
    for line in changed:
        yield (*line, " for ", Code(_braces(telling))) if telling else (*line, f" for {len(where)} of its series")


def _relabelled(gone: Sequence[Record], came: Sequence[Record]) -> list[tuple[Record, Record]]:
    """Series that kept their expression, or are the only one, and got other labels."""
    if len(gone) == len(came) == 1:
        return [(gone[0], came[0])]
    if len(gone) != len(came):
        return []
    pairs = []
    for one in gone:
        alike = [other for other in came if same(one.expr, other.expr) and _names(one) != _names(other)]
        if len(alike) != 1:
            return []
        pairs.append((one, alike[0]))
    return pairs if len({id(other) for _, other in pairs}) == len(pairs) else []


def _names(record: Record) -> frozenset[str]:
    return frozenset(name for name, _ in record.labels)


def _new_labels(old: Labels, new: Labels) -> Words:
    before = _braces(sorted(frozenset(old) - frozenset(new)))
    after = _braces(sorted(frozenset(new) - frozenset(old)))
    return (*arrow(before, after, "labels"), ", and what selects it by the old ones goes blank")


def _counted(series: Sequence[Record], verb: str, everywhere: Sequence[Labels]) -> Words:
    common = frozenset(everywhere[0]).intersection(*everywhere)
    telling = sorted(frozenset(series[0].labels).intersection(*(each.labels for each in series)) - common)
    what = f"{len(series)} series {verb}" if len(series) > 1 else f"one series {verb}"
    return (f"{what}: ", Code(_braces(telling))) if telling else (what,)


def _braces(labels: Sequence[tuple[str, str]]) -> str:
    return "{" + ", ".join(f'{name}="{value}"' for name, value in labels) + "}"
