"""Checks of what recordings keep private."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.spec.checks.finding import Finding
from dashgen.spec.spec import Spec

NUMBERS = ("le", "quantile")


def private_labels(spec: Spec) -> Iterator[Finding]:
    """Labels that hold numbers a query computes with."""
    for name, privacy in spec.recording.private.items():
        if name in NUMBERS and privacy != "keep":
            yield Finding(
                ("recording", "private", name),
                f"the label `{name}` in `recording.private`",
                "labels that tell who somebody is; this one holds a number that queries compute with",
                "remove it",
                key=True,
            )
