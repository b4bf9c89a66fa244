"""What dashgen tells a user when it cannot go on, and the exit code that goes with it.

Exit codes: 0 clean, 1 findings or drift, 2 usage or spec error, 3 missing tool or broken environment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a text file; ``line`` and ``column`` count from 1, 0 means the whole file."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the input: where, what was found, what was expected, what to do."""

    where: Location
    found: str
    expected: str
    action: str = ""

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.found}", f"  expected: {self.expected}"]
        if self.action:
            lines.append(f"  do this:  {self.action}")
        return "\n".join(lines)


class DashgenError(Exception):
    """Base of every error that reaches a user as a message instead of a traceback."""

    exit_code = 2


class InputError(DashgenError):
    """The user's input (spec, flag, file) is wrong; carries every problem found, in file order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        """Travels between processes as what it was made of."""
        return type(self), (self.problems,)


class MachineError(DashgenError):
    """The machine is not fit for the command: no disk space, no permission, a tool is missing."""

    exit_code = 3


class OutputError(DashgenError):
    """What was generated would not work; lists every defect. A bug of a builder or an `extend` function."""

    exit_code = 3

    def __init__(self, defects: Sequence[str]) -> None:
        self.defects = tuple(defects)
        lines = "\n".join(f"  {defect}" for defect in self.defects)
        super().__init__(
            f"internal error: {len(self.defects)} defect(s) in the generated output\n{lines}\n"
            "  do this:  correct the `extend` function if the spec has one, else report a bug in dashgen"
        )

    def __reduce__(self) -> tuple[type[OutputError], tuple[tuple[str, ...]]]:
        """Travels between processes as what it was made of."""
        return type(self), (self.defects,)
