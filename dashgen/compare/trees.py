"""Two outputs of one spec -> a report of what the change means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dashgen.compare.alerts import compare_alerts
from dashgen.compare.boards import compare_boards, short_titles
from dashgen.compare.changes import Code, Report, Unread, Words, fold
from dashgen.compare.documents import merge, read_tree
from dashgen.compare.model import Artefacts, Tree, Unreadable
from dashgen.compare.records import GOES_BLANK, compare_intervals, compare_records

Files = Mapping[str, bytes]


def compare_spec(name: str, before: Files | None, after: Files | None) -> Report:
    """What changed in the output of the spec ``name``; None for the side that does not have it."""
    old, new = read_tree(before or {}), read_tree(after or {})
    unread = tuple(_unread(old, new))
    left_out = {each.file for each in unread}
    one, other = (_meaning(tree, left_out) for tree in (old, new))
    if before is None or after is None:
        state, side = ("new", other) if before is None else ("gone", one)
        return Report(name, state, (), tuple(_overview(side, state)), (), unread)  # type: ignore[arg-type]
    changes = [
        *compare_alerts(one.alerts, other.alerts),
        *compare_records(one, other),
        *compare_intervals(one.intervals, other.intervals),
        *compare_boards(one.dashboards, other.dashboards),
    ]
    differing = [file for file in before.keys() & after.keys() if before[file] != after[file]]
    layout = [file for file in differing if file not in left_out and new.contents[file] is not None]
    return Report(
        name,
        groups=fold(changes),
        overview=tuple(_models(one, other)),
        other=tuple(_other(old, new, left_out)),
        unread=unread,
        layout=0 if changes else len(layout),
    )


def _unread(old: Tree, new: Tree) -> Iterator[Unread]:
    """Files one side cannot read. The other side leaves them out too, or all they hold would look new or gone."""
    for side, tree, twin in (("before", old, new), ("now", new, old)):
        for file, content in tree.contents.items():
            # Equal bytes cannot differ in meaning, whatever they mean.
            if isinstance(content, Unreadable) and twin.files.get(file) != tree.files[file]:
                yield Unread(file, side, content.reason)


def _meaning(tree: Tree, left_out: set[str]) -> Artefacts:
    contents = (content for file, content in tree.contents.items() if file not in left_out)
    return merge(content for content in contents if isinstance(content, Artefacts))


def _other(old: Tree, new: Tree, left_out: set[str]) -> Iterator[tuple[str, str]]:
    """Files that came or went, and files that differ although there is nothing in them to compare."""
    for file in sorted({*old.files, *new.files} - left_out):
        if file not in new.files:
            yield file, "removed"
        elif file not in old.files:
            yield file, "new"
        elif old.files[file] != new.files[file] and old.contents[file] is None is new.contents[file]:
            yield file, "differs; it holds neither dashboards nor rules"


def _models(old: Artefacts, new: Artefacts) -> Iterator[Words]:
    before, after = _model_labels(old), _model_labels(new)
    for verb, names in (("added", after - before), ("gone", before - after)):
        if names:
            listed: list[str | Code] = [f"{'model' if len(names) == 1 else 'models'} {verb}: "]
            for index, name in enumerate(sorted(names)):
                listed += [", ", Code(name)] if index else [Code(name)]
            yield tuple(listed)


def _model_labels(side: Artefacts) -> set[str]:
    return {value for record in side.records.values() for label, value in record.labels if label == "model"}


def _overview(side: Artefacts, state: str) -> Iterator[Words]:
    """What a spec as a whole brings or takes away."""
    titles = short_titles(list(side.dashboards.values()))
    panels = sum(len(board.panels) for board in side.dashboards.values())
    names: list[tuple[str, list[str]]] = [
        (f"dashboard(s) with {panels} panels", [titles[board.title] for board in side.dashboards.values()]),
        ("page(s)", [alert.name for alert in side.alerts if alert.severity == "page"]),
        ("ticket(s)", [alert.name for alert in side.alerts if alert.severity != "page"]),
    ]
    for what, listed in names:
        if listed:
            words: list[str | Code] = [f"{len(listed)} {what}: "]
            for index, name in enumerate(listed):
                words += [", ", Code(name)] if index else [Code(name)]
            yield tuple(words)
    records = len({record.name for record in side.records.values()})
    if records:
        yield (f"{records} recorded name(s)" + (f": {GOES_BLANK}" if state == "gone" else ""),)
