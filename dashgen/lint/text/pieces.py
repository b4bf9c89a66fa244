"""Which characters of a text the characters of a value come from."""

from __future__ import annotations

from bisect import bisect_right


class Pieces:
    """A value as runs of characters: a run as long as what it is written as is written as it is; in any other each
    character comes from all of it (an escape, a line break with the indentation behind it)."""

    __slots__ = ("_lengths", "_starts", "_written", "_written_lengths", "length")

    def __init__(self) -> None:
        self.length = 0
        self._starts: list[int] = []
        self._lengths: list[int] = []
        self._written: list[int] = []
        self._written_lengths: list[int] = []

    def add(self, length: int, written: int, written_length: int) -> None:
        """The next ``length`` characters of the value are written as ``written_length`` ones from ``written`` on."""
        if length:
            self._starts.append(self.length)
            self._lengths.append(length)
            self._written.append(written)
            self._written_lengths.append(written_length)
            self.length += length

    def between(self, start: int, end: int) -> tuple[int, int] | None:
        """The characters of the text for ``[start, end)`` of the value, cut to the value; None when that is empty."""
        if not self.length:
            return None
        start = min(max(start, 0), self.length)
        end = min(max(end, start), self.length)
        if start == self.length:
            behind = self._place(self.length - 1, behind=True)
            return behind, behind
        first = self._place(start, behind=False)
        return first, first if end == start else max(first, self._place(end - 1, behind=True))

    def _place(self, index: int, *, behind: bool) -> int:
        run = bisect_right(self._starts, index) - 1
        written, length = self._written[run], self._written_lengths[run]
        if length == self._lengths[run]:
            return written + index - self._starts[run] + behind
        return written + length if behind else written


def literally(start: int, length: int) -> Pieces:
    """A value that is written as it is."""
    pieces = Pieces()
    pieces.add(length, start, length)
    return pieces
