"""What is said of the name of a series, and of whom."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from dashgen.catalogue.availability import Availability, availability
from dashgen.catalogue.loader import load
from dashgen.catalogue.model import Exporter
from dashgen.lint.assume import Assumptions, Exposed

Kind = Literal["unknown", "renamed", "removed", "hidden", "off", "total", "base", "colon", "dialect"]
RANK = {"always": 2, "sometimes": 1, "never": 0}


@dataclass(frozen=True, slots=True)
class Verdict:
    """``found``, ``expected`` and ``action`` are those of a finding; ``replace`` is the name to put in its place.

    ``sometimes``: only part of the assumed versions lacks it. ``others`` are names for the same in other versions:
    who reads one of them too has bridged the change.
    """

    kind: Kind
    found: str
    expected: str
    action: str
    replace: str = ""
    sometimes: bool = False
    others: tuple[str, ...] = ()


@lru_cache(maxsize=65_536)
def available(name: str, exporter: str, source: Exposed) -> Availability:
    """Of a source nobody described, the best answer over the exporter's variants."""
    entry = load(exporter)
    variants = [source.variant] if source.stated or not entry.variants else list(entry.variants)
    answers = [
        availability(entry, name, source.versions, each, enabled=source.enabled, disabled=source.disabled)
        for each in variants
    ]
    return max(answers, key=lambda answer: RANK[answer.state])


def whose(exporter: Exporter, source: Exposed, assume: Assumptions) -> str:
    """``vLLM 0.33.0`` and where that was taken from."""
    if not source.stated:
        return f"{exporter.title} {source.versions}, the newest known; `--assume {exporter.name}=VERSION` for another"
    return f"{exporter.title} {source.versions}" + (f" of spec {assume.name}" if assume.name else "")


@lru_cache(maxsize=4096)
def distinct(name: str, exporter: str) -> bool:
    """Whether the first word of a name says whose it is. What watches the cluster runs without a spec's knowledge."""
    entry = load(exporter)
    if entry.vantage == "cluster":
        return False
    word = re.split(r"[:_]", name)[0]
    same = sum(re.split(r"[:_]", metric.name)[0] == word for metric in entry.metrics)
    return bool(same >= 0.6 * len(entry.metrics))
