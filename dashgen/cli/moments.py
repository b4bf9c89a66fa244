"""Times and durations as options say them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def moment(flag: str, text: str, now: datetime | None = None) -> datetime | None:
    """A time in UTC, which it is in unless it says otherwise; None for no text.

    With ``now``, a duration is that long ago, and ``now`` is a time, too.

    Raises:
        InputError: when it is no time.
    """
    from dashgen.errors import InputError, Location, Problem

    if not text:
        return None
    if now is not None:
        if text == "now":
            return now
        ago = _length(text)
        if ago is not None:
            return now - ago
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        expected = "2026-09-01 or 2026-09-01T12:00:00Z" + (
            ", or a duration such as 2h for that long ago" if now else ""
        )
        raise InputError([Problem(Location(flag), f"{text!r} is no time", expected, "correct it")]) from None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    try:
        return found.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        problem = Problem(Location(flag), f"{text!r} is out of range", "a time of this century", "correct it")
        raise InputError([problem]) from None


def length(flag: str, text: str) -> timedelta | None:
    """A duration; None for no text.

    Raises:
        InputError: when it is none.
    """
    from dashgen.errors import InputError, Location, Problem

    if not text:
        return None
    found = _length(text)
    if found is None:
        problem = Problem(Location(flag), f"{text!r} is no duration", "for example 30s, 5m or 1h30m", "correct it")
        raise InputError([problem])
    return found


def _length(text: str) -> timedelta | None:
    from pydantic_core import PydanticCustomError

    from dashgen.spec.types import parse_duration

    try:
        return parse_duration(text)
    except PydanticCustomError:
        return None
