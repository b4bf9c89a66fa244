"""Histograms as Prometheus stores them. Nothing else writes ``_bucket`` or ``le``.

Classic histograms only: each bucket is a counter ``<name>_bucket{le="<upper bound>"}``. ``le`` is text
in the unit of the exporter, so a recorded bucket name carries that unit and quantiles are converted after.
"""

from __future__ import annotations

from collections.abc import Sequence

from dashgen.promql.selector import Match, aggregate, scaled

BOUND = "le"
EVERYTHING = Match(BOUND, "=", "+Inf")
"""The bucket that counts every observation."""


def bucket_metric(name: str) -> str:
    """The counter that holds the buckets of histogram ``name``."""
    return f"{name}_bucket"


def quantile(q: float, buckets: str, by: Sequence[str], factor: float = 1) -> str:
    """The ``q`` quantile of the bucket rates ``buckets``, by labels, times ``factor``.

    NaN without observations; the highest finite bound when the quantile lies above it.
    """
    return scaled(f"histogram_quantile({q}, {aggregate('sum', (BOUND, *by), buckets)})", factor)
