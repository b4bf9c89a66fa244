"""Histograms as Prometheus stores them. Nothing else writes ``_bucket`` or ``le``.

A classic histogram is a counter per bucket, ``<name>_bucket{le="<upper bound>"}``; ``le`` is text in the unit of
the exporter, so a recorded bucket name carries that unit and quantiles are converted after. A native histogram
(Prometheus 3) is one series whose samples hold all buckets, without ``le``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from dashgen.promql.selector import Match, aggregate, scaled

BOUND = "le"
EVERYTHING = Match(BOUND, "=", "+Inf")
"""The bucket that counts every observation."""


def rate_metric(name: str, *, native: bool = False) -> str:
    """The series whose rate holds the distribution of histogram ``name``."""
    return name if native else f"{name}_bucket"


def part(name: str, which: Literal["sum", "count"], *, native: bool = False) -> tuple[str, str]:
    """(series, function around its rate, '' when none is needed) of one part of histogram ``name``."""
    return (name, f"histogram_{which}") if native else (f"{name}_{which}", "")


def labels(by: Sequence[str], *, native: bool = False) -> tuple[str, ...]:
    """The labels that keep a distribution whole while it is summed by ``by``."""
    return tuple(by) if native else (BOUND, *by)


def quantile(q: float, rates: str, by: Sequence[str], factor: float = 1, *, native: bool = False) -> str:
    """The ``q`` quantile of the rates of a distribution, by labels, times ``factor``.

    NaN without observations; for classic histograms the highest finite bound when the quantile lies above it.
    """
    return scaled(f"histogram_quantile({q}, {aggregate('sum', labels(by, native=native), rates)})", factor)
