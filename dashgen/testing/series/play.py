"""Everything that plays in one case of a scenario: its own series, the background, the neighbours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from dashgen.errors import Location
from dashgen.model import Bundle
from dashgen.spec import Spec
from dashgen.testing.clock import Clock
from dashgen.testing.scenario.model import Background, SeriesPart
from dashgen.testing.series.away import Absence, absence
from dashgen.testing.series.background import lines as background_lines
from dashgen.testing.series.fault import fault
from dashgen.testing.series.line import Claim, Line, left, text, together
from dashgen.testing.series.neighbours import neighbours
from dashgen.testing.series.part import shown_by

Where = Callable[..., Location]


def play_series(
    spec: Spec, bundle: Bundle, parts: Sequence[SeriesPart], background: Background, clock: Clock, where: Where
) -> dict[str, str]:
    """Values in promtool's notation by selector, sorted. ``where`` says where a path of the scenario is written.

    Raises:
        InputError: for a part of something the spec does not have, two parts that show the same series, and one that
            takes away what does not play.
    """
    own: dict[str, Line] = {}
    claims: list[Claim] = []
    recorded: dict[str, str] = {}
    absences: list[Absence] = []
    for number, part in enumerate(parts):
        here = where("series", number)
        if part.recording is not None:
            from dashgen.testing.recording.replay import recording_series

            recorded |= recording_series(Path(here.file).parent / part.recording, clock, here)
            continue
        if part.away is not None:
            absences.append(absence(spec, part, clock, here))
            continue
        shown = shown_by(spec, part, clock, here)
        claims += shown.claims
        for line in shown.lines:
            _add(own, line, here)
    around = together(left(background_lines(spec, background, clock), claims))
    for each in absences:
        around, own = each.without(around, own)
    decoys = neighbours(spec, bundle, clock)
    return dict(sorted({**decoys, **text(around), **recorded, **text(own)}.items()))


def _add(own: dict[str, Line], line: Line, where: Location) -> None:
    """One more line; what nobody asked for as such gives way."""
    name = line.selector
    before = own.get(name)
    if before is None or (before.implied and not line.implied):
        own[name] = line
    elif not line.implied:
        raise fault(
            where,
            f"the series {name} a second time",
            "each series in one part only",
            "give the parts other labels or pods, or make one of them",
        )
