"""A distribution of observations as the counters of a classic histogram."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from math import inf, isclose

from dashgen.catalogue.model import Buckets, Metric
from dashgen.errors import Location
from dashgen.promql.selector import number
from dashgen.testing.clock import Clock
from dashgen.testing.series.fault import fault
from dashgen.testing.series.timeline import Stretch, counter

PLAIN_BOUNDS: Buckets = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
"""Bounds where the catalogue knows none: those of Prometheus' client libraries, and on to two minutes."""
CONTEXT = 131072
"""Tokens up to which a request is measured where the spec says no ``context_limit``."""

Shares = tuple[tuple[float, float], ...]
"""(observed value in the exporter's unit, share of the observations)."""


def bounds(metric: Metric, context_limit: int | None) -> Buckets:
    """Upper bounds of a histogram whose bounds the catalogue does not know, in the exporter's unit.

    What differs by model are tokens per request: 1, 2, 5, 10 and so on up to what the model takes (vLLM's
    ``build_1_2_5_buckets``).
    """
    if metric.unit != "tokens":
        return PLAIN_BOUNDS
    limit = context_limit or CONTEXT
    steps = (float(digit * 10**power) for power in range(len(str(limit))) for digit in (1, 2, 5))
    return tuple(step for step in steps if step <= limit)


def shares(observed: Mapping[float, float], factor: Decimal, where: Location) -> Shares:
    """What is observed, as shares that add up to 1, in the exporter's unit: ``factor`` is one of it in the signal's.

    Raises:
        InputError: for shares that do not add up to 1.
    """
    total = sum(observed.values())
    if not isclose(total, 1, abs_tol=1e-6) or min(observed.values(), default=0) < 0:
        raise fault(
            where,
            f"shares of observations that add up to {number(round(total, 9))}",
            "shares from 0 to 1 that add up to 1",
            "write which share of the observations each value is, such as `observe: {0.3: 0.9, 2.2: 0.1}`",
        )
    return tuple((float(Decimal(repr(value)) / factor), share / total) for value, share in sorted(observed.items()))


def histogram(
    stretches: Sequence[Stretch], limits: Buckets, factor: Decimal, clock: Clock, where: Location
) -> Iterator[tuple[str, str, str]]:
    """(suffix, ``le`` or nothing, values) of every series of a histogram.

    A step that observes nothing new goes on with what was observed before.

    Raises:
        InputError: for shares that do not add up to 1, and observations nobody describes.
    """
    observed = _observed(stretches, factor, where)
    texts: dict[tuple[float, ...], str] = {}

    def grown(parts: Sequence[float]) -> str:
        # Most bounds have the same share of the observations below them as the one before.
        key = tuple(parts)
        if key not in texts:
            paces = [(stretch.step.per_minute or 0) * part for stretch, part in zip(stretches, key, strict=True)]
            texts[key] = counter(stretches, paces, clock).text()
        return texts[key]

    everything = [1.0] * len(stretches)
    for limit in (*limits, inf):
        below = [sum(share for value, share in each if value <= limit) for each in observed]
        yield "_bucket", "+Inf" if limit == inf else number(limit), grown(everything if limit == inf else below)
    yield "_sum", "", grown([float(sum(value * share for value, share in each)) for each in observed])
    yield "_count", "", grown(everything)


def _observed(stretches: Sequence[Stretch], factor: Decimal, where: Location) -> list[Shares]:
    found: list[Shares] = []
    now: Shares = ()
    for stretch in stretches:
        step = stretch.step
        now = shares(step.observe, factor, where) if step.observe else now
        if step.per_minute and not now:
            raise fault(
                where,
                f"{number(step.per_minute)} observations a minute, and nothing that is observed",
                "`observe` beside `per_minute`",
                "add what is observed and which share of the observations it is: `observe: {0.3: 0.9, 2.2: 0.1}`",
            )
        found.append(now)
    return found
