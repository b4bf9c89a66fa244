"""The one way an extension is told what is wrong: a problem at the ``extend`` line of its spec."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dashgen.errors import InputError, Location, MachineError, Problem


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with an extension: what was found, what was expected, what to do."""

    found: str
    expected: str
    action: str = ""


class ExtensionError(Exception):
    """Raised while loading, calling or checking an extension; ``extend`` turns it into an InputError."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("; ".join(fault.found for fault in faults))


def input_error(spec_path: Path, faults: Sequence[Fault]) -> InputError:
    """The faults as problems at the ``extend`` line of the spec; the spec is read again to find that line."""
    where = _extend_line(spec_path)
    return InputError([Problem(where, fault.found, fault.expected, fault.action) for fault in faults])


def _extend_line(spec_path: Path) -> Location:
    from dashgen.spec.files import read_text
    from dashgen.spec.yaml_source import read_yaml

    try:
        return read_yaml(read_text(spec_path), str(spec_path)).where(("extend",))
    except (InputError, MachineError):
        # Gone since it was loaded: the message stands without the line.
        return Location(str(spec_path))
