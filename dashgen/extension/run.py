"""Bundle in, extended bundle out: the steps of an extension in order, every failure one clear message."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from dashgen.errors import OutputError
from dashgen.extension.check import check
from dashgen.extension.compare import compare
from dashgen.extension.fault import ExtensionError, Fault, input_error
from dashgen.extension.load import blamed, loaded_function, split
from dashgen.extension.types import mistyped
from dashgen.model import Bundle
from dashgen.spec import Spec

if TYPE_CHECKING:
    from dashgen.spec.load import LoadedSpec

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Extended:
    """A bundle with what the spec's extension added; the same bundle when it has none or none was wanted."""

    loaded: LoadedSpec
    plain: Bundle
    bundle: Bundle

    def render(self, render: Callable[[Bundle, Spec], Result]) -> Result:
        """``render(bundle, spec)``; output that would not work is blamed on the extension when it is its fault.

        Raises:
            InputError: what the extension added makes defective output.
            OutputError: what dashgen built does.
        """
        try:
            return render(self.bundle, self.loaded.spec)
        except OutputError as error:
            if self.bundle is self.plain:
                raise
            render(self.plain, self.loaded.spec)
            expected = "panels Grafana can show, rules Prometheus can load"
            faults = [Fault(defect, expected, "correct what the extension adds") for defect in error.defects]
            raise input_error(self.loaded.path, faults) from error


def extend(bundle: Bundle, loaded: LoadedSpec, *, enabled: bool = True) -> Extended:
    """The bundle with what the ``extend`` function of its spec adds; ``enabled`` False runs no code of theirs.

    Raises:
        InputError: when the function cannot be loaded or called, or does more than add.
    """
    if loaded.spec.extend is None:
        return Extended(loaded, bundle, bundle)
    if not enabled:
        print(f"{loaded.path}: built without {loaded.spec.extend!r} (--no-extend)", file=sys.stderr)
        return Extended(loaded, bundle, bundle)
    try:
        return Extended(loaded, bundle, _extended(bundle, loaded, loaded.spec.extend))
    except ExtensionError as error:
        raise input_error(loaded.path, error.faults) from error


def _extended(bundle: Bundle, loaded: LoadedSpec, value: str) -> Bundle:
    name_of_file, name = split(value)
    file = loaded.path.parent / name_of_file
    with loaded_function(file, name) as function, blamed(file, f"{name} in {name_of_file} failed"):
        # Copies: the labels of a rule are a dict, and what is changed in place would compare equal.
        result: Any = function(copy.deepcopy(bundle), loaded.spec.model_copy(deep=True))
    if not isinstance(result, Bundle):
        what = "nothing" if result is None else f"a {type(result).__name__}"
        expected = "the bundle it was given, with more in it (dashgen.model.Bundle)"
        raise ExtensionError(Fault(f"{name} in {name_of_file} returns {what}", expected, "end it with `return bundle`"))
    wrong = [Fault(found, expected, "correct the type") for found, expected in mistyped(result, Bundle, "bundle")]
    if wrong:
        raise ExtensionError(*wrong)
    added, faults = compare(bundle, result)
    faults += check(added, result, loaded.spec)
    if faults:
        raise ExtensionError(*faults)
    return result
