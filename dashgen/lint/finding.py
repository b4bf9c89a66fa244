"""What a check reports: data, drawn by the reports."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from dashgen.lint.document import Place

LONGEST = 800
"""Characters of each of the texts of a finding."""


class Severity(IntEnum):
    """How bad it is: ``error``, it shows or pages the wrong thing or nothing; ``warning``, it will some day, or
    misleads; ``info``, it could be better."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Edit:
    """A change that mends a finding: the text of ``place`` becomes ``text``.

    A place that is a whole value takes any JSON value written as JSON text; part of a value takes plain text. With
    ``insert`` the key ``insert`` with the JSON value ``text`` is added to the mapping at ``place``.
    """

    place: Place
    text: str
    insert: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """``found`` and ``expected`` are clauses without a full stop; ``action`` is an imperative sentence, '' for none.

    ``about`` says whose it is, in words: ``panel "TTFT" (7), query A`` or ``alert VLLMDown``. ``edits`` mend it.
    """

    code: str
    name: str
    severity: Severity
    place: Place
    about: str
    found: str
    expected: str
    action: str = ""
    edits: tuple[Edit, ...] = ()

    def __post_init__(self) -> None:
        """Cut what quotes a name or text that is longer than anybody reads."""
        for name in ("about", "found", "expected", "action"):
            if len(text := getattr(self, name)) > LONGEST:
                object.__setattr__(self, name, f"{text[: LONGEST - 1]}…")
