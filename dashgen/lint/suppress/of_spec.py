"""``lint.ignore`` of a spec: for the panels and alerts it is built into."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from dashgen.lint.document import Document, Path
from dashgen.lint.finding import Finding
from dashgen.lint.suppress.suppression import Covers, Suppression
from dashgen.model.identity import stable_id

if TYPE_CHECKING:
    from dashgen.spec import Spec
    from dashgen.spec.lint import Ignored


def of_spec(spec: Spec, file: str, text: str, today: date, *, whole: bool) -> Sequence[Suppression]:
    """Those of the spec with this text, which is in ``file``; ``whole``: all it is built into is looked at."""
    # Positions read the text themselves; what it says is in the spec.
    document = Document(file, text, "yaml", {})
    return [
        Suppression(
            document.at("lint", "ignore", number),
            f"suppression {number + 1} of the spec",
            (entry.check,),
            entry.reason,
            entry.until.isoformat() if entry.until else "",
            _covers(spec, entry),
            today,
            judged=whole,
        )
        for number, entry in enumerate(spec.lint.ignore)
    ]


def _covers(spec: Spec, entry: Ignored) -> Covers:
    dashboard, _, key = (entry.panel or "").partition("/")
    uid, panel = spec.dashboard_uid(dashboard), stable_id(dashboard, key)

    def covers(finding: Finding, _: Any) -> bool:
        if entry.alert is not None and _alert(finding) != entry.alert:
            return False
        return entry.panel is None or _in_panel(finding, uid, panel)

    return covers


def _alert(finding: Finding) -> str | None:
    """The name of the alert a place is inside of."""
    for around in _around(finding):
        if isinstance(around, dict) and isinstance(around.get("alert"), str):
            name: str = around["alert"]
            return name
    return None


def _in_panel(finding: Finding, uid: str, panel: int) -> bool:
    """Whether a place is inside the panel of this id, of the dashboard of this uid."""
    around = [each for each in _around(finding) if isinstance(each, dict)]
    ids = any(each.get("id") == panel and "gridPos" in each for each in around)
    return ids and any(each.get("uid") == uid or _name(each) == uid for each in around)


def _name(data: dict[str, Any]) -> Any:
    metadata = data.get("metadata")
    return metadata.get("name") if isinstance(metadata, dict) else None


def _around(finding: Finding) -> Sequence[Any]:
    """What a place is inside of, in its document, from the outside."""
    document, path = finding.place.document, finding.place.path
    steps: list[Path] = [path[:length] for length in range(len(path) + 1)]
    return [document.get(*step) for step in steps]
