"""Bytes of a file -> its text, or why they are none."""

from __future__ import annotations

from dashgen.lint.document import Document, Place
from dashgen.lint.readers.error import UnreadableError

MAX_BYTES = 50_000_000
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_GZIP = b"\x1f\x8b"
_SHOWN = 100_000
"""Bytes of a text that is none: enough to point into it."""


def decode(file: str, data: bytes) -> str:
    """The text of a file, with its byte order mark if there is one.

    Raises:
        UnreadableError: when it is too large, or no UTF-8.
    """
    if len(data) > MAX_BYTES:
        raise too_large(file, len(data))
    if data.startswith(_UTF16):
        raise _refused(file, "a UTF-16 file", "UTF-8", "save it as UTF-8")
    if data.startswith(_GZIP):
        raise _refused(file, "a compressed file (gzip)", "its text", "unpack it first")
    if b"\0" in data:
        raise _refused(file, f"a binary file (NUL at byte {data.index(0)})", "text in UTF-8", "leave it out")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        text = data[: max(error.start + 1, _SHOWN)].decode("utf-8", "replace")
        start = len(data[: error.start].decode("utf-8"))
        raise UnreadableError(
            f"the byte 0x{data[error.start]:02x}, which is no UTF-8 here",
            Place(Document(file, text, "yaml"), (), start, start + 1),
            "text in UTF-8",
            "save it as UTF-8",
        ) from error


def too_large(file: str, size: int) -> UnreadableError:
    """The complaint about a file of so many bytes."""
    found = f"a file of {size / 1_000_000:.0f} MB"
    return _refused(file, found, f"at most {MAX_BYTES // 1_000_000} MB", "leave it out, or take it apart")


def _refused(file: str, found: str, expected: str, action: str) -> UnreadableError:
    return UnreadableError(found, Place(Document(file, "", "yaml")), expected, action)
