"""The verdict on a run in one line."""

from __future__ import annotations

from dashgen.testing.results import Run


def summary(run: Run) -> str:
    """How many cases and assertions, how many failed, and how long it took."""
    cases = _count(len(run.results), "case")
    failed = sum(1 for result in run.results if result.failures)
    assertions = _count(sum(result.assertions for result in run.results), "assertion")
    verdict = f"{failed} failed with {_count(run.failures, 'failure')}" if failed else _held(run)
    return f"{cases}, {assertions}: {verdict} ({run.wall:.1f} s)"


def _held(run: Run) -> str:
    return "all hold" if any(result.assertions for result in run.results) else "nothing was judged"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
