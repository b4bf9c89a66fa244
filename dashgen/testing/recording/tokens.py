"""Tokens of a recording -> times and values. Each reader says what it expected where a token does not fit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, DecimalException
from math import isfinite

from dashgen.testing.recording.format import EXACTLY, MAX_TIMES, decimal
from dashgen.testing.recording.model import MISSING, STALE, Cell

_NUMBER = r"[0-9]{1,400}(?:\.[0-9]{1,400})?(?:e[+-]?[0-9]{1,3})?"
_CELL = re.compile(
    rf"(?:=(?P<value>-?{_NUMBER}|NaN|-?Inf)|(?P<more>-?{_NUMBER})|(?P<mark>[._~]))"
    r"(?:x(?P<count>[0-9]{1,9}))?"
)
_FIRST = re.compile(r"-?[0-9]{1,15}")
_STEP = re.compile(r"\+(?P<step>[0-9]{1,15})(?:x(?P<count>[0-9]{1,9}))?")


@dataclass
class Times:
    """The times of a group."""

    found: list[int] = field(default_factory=list)

    def add(self, token: str) -> str:
        """Takes the next token; what was expected instead when it does not fit, else nothing."""
        if not self.found:
            if not _FIRST.fullmatch(token):
                return "the first time, in milliseconds"
            self.found.append(int(token))
            return ""
        step = _STEP.fullmatch(token)
        if not step or not int(step["step"]) or not int(step["count"] or 1):
            return "a step to the next time, such as +15000 or +15000x239"
        count, last = int(step["count"] or 1), self.found[-1]
        if len(self.found) + count > MAX_TIMES:
            return f"at most {MAX_TIMES:,} times"
        self.found.extend(range(last + int(step["step"]), last + int(step["step"]) * count + 1, int(step["step"])))
        return ""


@dataclass
class Values:
    """The values of a series, at most ``most``."""

    most: int
    found: list[Cell] = field(default_factory=list)
    last: float | None = None

    def add(self, token: str) -> str:
        """Takes the next token; what was expected instead when it does not fit, else nothing."""
        cell = _CELL.fullmatch(token)
        if not cell or not int(cell["count"] or 1):
            return "a value such as =1.5, what it grows by, such as 3, or one of . _ ~, and how often behind an x"
        count = int(cell["count"] or 1)
        if count > self.most - len(self.found):
            return f"at most {self.most} values, one for each time of the group"
        if cell["value"]:
            self.last = float(cell["value"])
            self.found.extend([self.last] * count)
        elif cell["mark"] in ("_", "~"):
            self.found.extend([MISSING if cell["mark"] == "_" else STALE] * count)
        elif self.last is None:
            return "a value such as =1: none comes before"
        elif cell["more"] and not isfinite(self.last):
            return "a value such as =1: the one before is not finite"
        elif cell["mark"]:
            self.found.extend([self.last] * count)
        else:
            try:
                self.found.extend(self._sums(self.last, cell["more"], count))
            except (DecimalException, ValueError, OverflowError):
                return "a difference of two numbers"
        return ""

    def _sums(self, last: float, more: str, count: int) -> Iterator[float]:
        whole = last.is_integer() and abs(last) < 1e15 and more.removeprefix("-").isdigit() and len(more) <= 15
        step = int(more) if whole else Decimal(more)
        for _ in range(count):
            last = last + step if isinstance(step, int) else float(EXACTLY.add(decimal(last), step))
            yield last
        self.last = last
