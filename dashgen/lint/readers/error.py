"""Why a text, or a part of it, could not be looked at."""

from __future__ import annotations

from dashgen.lint.document import Place

EXPECTED = "JSON or YAML with dashboards or rules"
ACTION = "correct it there, or leave the file out"


class UnreadableError(ValueError):
    """A text that cannot be understood; the message says why, ``place`` where.

    ``expected`` and ``action`` are as in a finding. ``notice``: nothing is wrong with the text, but it is not looked
    at.
    """

    def __init__(
        self, message: str, place: Place, expected: str = EXPECTED, action: str = ACTION, *, notice: bool = False
    ) -> None:
        self.place = place
        self.expected = expected
        self.action = action
        self.notice = notice
        super().__init__(message)
