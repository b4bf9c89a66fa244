"""A signal: a quantity an operator asks about, whoever exposes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Signal:
    """One quantity. ``unit`` is what its expressions return: s, ratio, usd, tokens, requests, bytes …

    ``keep`` are labels kept beside the canonical ones, ``requires`` those of them without which the signal says
    nothing; ``combine`` is how pods become one value.
    ``per_gpu`` signals keep pod, node and GPU: they describe hardware, not a model.
    ``role``: only sources of that role answer, and only that they know.
    ``substitute`` says in what way it is weaker than what its name promises; panels that show it say so.
    ``record`` names what is recorded when one catalogue signal is recorded in more than one shape.
    """

    key: str
    kind: Literal["histogram", "counter", "gauge"]
    unit: str
    meaning: str
    keep: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    combine: Literal["sum", "max", "min"] = "sum"
    per_gpu: bool = False
    record: str = ""
    role: str = ""
    substitute: str = ""

    @property
    def record_key(self) -> str:
        """The part of recorded names that says which signal it is."""
        return self.record or self.key
