"""One spec, from what was loaded to the text of its files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dashgen.emit.output import Output
    from dashgen.model import Bundle
    from dashgen.spec.load import LoadedSpec


@dataclass(frozen=True, slots=True)
class Built:
    """One spec, compiled and rendered, nothing written yet."""

    bundle: Bundle
    output: Output


def build_one(loaded: LoadedSpec, *, extensions: bool = True) -> Built:
    """Assemble, extend, render and verify; ``extensions`` False runs no ``extend`` function and says so.

    Raises:
        InputError: for an extension or a runbook template that cannot be used.
        OutputError: when what was generated would not work.
    """
    from dashgen.assemble import assemble
    from dashgen.emit.output import Output
    from dashgen.emit.registry import render_all
    from dashgen.folders import own_rules

    bundle, render = assemble(loaded.spec), partial(render_all, rules=own_rules(loaded.path))
    if loaded.spec.extend is None:
        files = render(bundle, loaded.spec)
    else:
        from dashgen.extension import extend

        extended = extend(bundle, loaded, enabled=extensions)
        bundle, files = extended.bundle, extended.render(render)
    return Built(bundle, Output(loaded.spec.name, loaded.path.name, files))
