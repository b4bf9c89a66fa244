"""A file with cases as one scenario for each, and where in the file each part of one was written."""

from __future__ import annotations

from dashgen.spec.document import Path
from dashgen.testing.scenario.model import Scenario


def effective(scenario: Scenario, case: str) -> Scenario:
    """What is played: the case's series after the file's, any other key of the case instead of the file's."""
    if not case:
        return scenario
    said = scenario.cases[case]
    own = {key: getattr(said, key) for key in said.model_fields_set if getattr(said, key) is not None}
    return scenario.model_copy(update={**own, "series": (*scenario.series, *said.series), "cases": {}})


def origin(scenario: Scenario, case: str, path: Path) -> Path:
    """A path of the effective scenario as a path of the file."""
    if not case:
        return path
    own: Path = ("cases", case)
    if not path:
        return own
    key, *rest = path
    said = scenario.cases[case]
    if key == "series" and rest and isinstance(rest[0], int):
        number = rest[0] - len(scenario.series)
        return path if number < 0 else (*own, key, number, *rest[1:])
    return (*own, *path) if getattr(said, str(key), None) not in (None, ()) else path


def names(scenario: Scenario) -> tuple[str, ...]:
    """The cases to play; one without a name where the file has none."""
    return tuple(scenario.cases) or ("",)
