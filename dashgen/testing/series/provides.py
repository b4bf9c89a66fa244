"""Whether a spec has what a part of a scenario is about, without playing it."""

from __future__ import annotations

from dashgen.catalogue.loader import providers
from dashgen.errors import InputError, Location
from dashgen.spec import Spec
from dashgen.testing.scenario.model import SeriesPart
from dashgen.testing.series.away import check_names
from dashgen.testing.series.target import targets

_NOWHERE = Location("")


def provides(spec: Spec, part: SeriesPart) -> bool:
    """Whether some source of the spec shows the part's signal for its models, or is what goes away.

    A signal no exporter shows is a mistake of the scenario and no reason to pass the spec over.
    """
    try:
        if part.away is not None:
            check_names(spec, part, _NOWHERE)
        if part.signal is None or not any(key == part.signal for _, key in providers()):
            return True
        return next(iter(targets(spec, part, _NOWHERE)), None) is not None
    except InputError:
        return False


def check(spec: Spec, part: SeriesPart, where: Location) -> None:
    """Nothing, where the spec has everything the part names.

    Raises:
        InputError: for a signal, source, model or pod that is not there.
    """
    if part.away is not None:
        check_names(spec, part, where)
    if part.signal is not None:
        list(targets(spec, part, where))
