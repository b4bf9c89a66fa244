"""Field types of scenarios: numbers, times, spans of time, what is shown, and lists that may be one value."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_before_validator_function

from dashgen.spec.types import DURATION_PATTERN, UNITS, Strict, duration_text, parse_duration

ZERO = timedelta(0)
NEVER_LESS, NEVER_MORE = timedelta(seconds=1), timedelta(hours=1)

_TIME = r"(0|([0-9]+(\.[0-9]+)?(ms|s|m|h|d|w))+)"
_NUMBER = r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?"
_CLOSE = re.compile(rf"({_NUMBER})\s*(?:\+-|±)\s*([0-9]+(?:\.[0-9]+)?)\s*%")
SPAN_WORDS = "a span of time such as 12m..17m, or 12m.. for until the end"
MOMENT_WORDS = "a time since the beginning, such as 0s, 90s or 1h30m"
PAIR_WORDS = "two numbers, from and to, such as [0, 9]"
VALUE_WORDS = "a number, close to one such as `0.95 +- 1%`, or between two such as [0.9, 1]"
SHOWN_WORDS = f"`empty`, `not empty`, {VALUE_WORDS}"


def shape(value: Any) -> str:
    """Whether a value is a ``list``, a ``mapping`` or a ``scalar``: this alone decides what it is read as."""
    if isinstance(value, (list, tuple)):
        return "list"
    return "mapping" if isinstance(value, (dict, Strict)) else "scalar"


def listed(value: Any) -> Any:
    """A single value as a list of one."""
    return value if isinstance(value, (list, tuple)) else [value]


class OneOrMany:
    """Marks a list that a single value may stand for."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The list, after a single value was put into one."""
        return no_info_before_validator_function(listed, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Either an item or the list."""
        many = handler(core)
        return {"anyOf": [many["items"], many]}


def number(value: Any) -> Any:
    """Refuses what Python, but nobody else, takes for a number."""
    if isinstance(value, bool):
        raise PydanticCustomError("number", "a number, not true or false")
    return value


Number = Annotated[float, Field(allow_inf_nan=True, strict=True), BeforeValidator(number)]
Finite = Annotated[float, Field(allow_inf_nan=False, strict=True), BeforeValidator(number)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False, strict=True), BeforeValidator(number)]


def _observed(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(_NUMBER, value):
        return float(value)
    return value


Observed = Annotated[
    float,
    Field(allow_inf_nan=False, strict=True),
    BeforeValidator(_observed),
    WithJsonSchema({"type": "string", "pattern": f"^{_NUMBER}$", "$comment": "a number", "description": "numbers"}),
]
"""A key that is a number: keys are text until they are read."""


def _pair(value: Any) -> Any:
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise PydanticCustomError("pair", PAIR_WORDS)
    return value


_PAIR = {
    "type": "array",
    "items": {"type": "number"},
    "minItems": 2,
    "maxItems": 2,
    "$comment": PAIR_WORDS,
    "examples": [[0, 9]],
}
Pair = Annotated[tuple[Finite, Finite], BeforeValidator(_pair), WithJsonSchema(_PAIR)]


def _ordered(value: tuple[float, float]) -> tuple[float, float]:
    if value[0] > value[1]:
        raise PydanticCustomError("pair", "two numbers, the lower one first")
    return value


Between = Annotated[tuple[Number, Number], BeforeValidator(_pair), AfterValidator(_ordered), WithJsonSchema(_PAIR)]


def parse_moment(value: Any) -> timedelta:
    """A duration, or zero.

    Raises:
        PydanticCustomError: for anything else.
    """
    if isinstance(value, timedelta):
        return value
    if value == 0 and not isinstance(value, bool):
        return ZERO
    if isinstance(value, str) and re.fullmatch(r"0+(ms|s|m|h|d|w)?", value):
        return ZERO
    try:
        return parse_duration(value)
    except PydanticCustomError as error:
        raise PydanticCustomError("moment", MOMENT_WORDS) from error


Moment = Annotated[
    timedelta,
    BeforeValidator(parse_moment),
    PlainSerializer(duration_text),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": f"^{_TIME}$", "$comment": MOMENT_WORDS}, {"const": 0}]}
        | {"$comment": MOMENT_WORDS, "examples": ["10m"]}
    ),
]


def _interval(value: Any) -> timedelta:
    found = parse_duration(value)
    if not NEVER_LESS <= found <= NEVER_MORE or found % timedelta(milliseconds=1):
        raise PydanticCustomError("interval", "a duration of 1s to 1h, such as 15s")
    return found


Interval = Annotated[
    timedelta,
    BeforeValidator(_interval),
    PlainSerializer(duration_text),
    WithJsonSchema({"type": "string", "pattern": DURATION_PATTERN, "examples": ["15s", "1m"]}),
]


def parse_span(value: Any) -> tuple[timedelta, timedelta | None]:
    """``12m..17m`` or ``12m..`` (until the end) -> first and last moment, both included.

    Raises:
        PydanticCustomError: for anything else.
    """
    if isinstance(value, tuple):
        return value
    first, dots, last = value.partition("..") if isinstance(value, str) else ("", "", "")
    if not dots or not first.strip():
        raise PydanticCustomError("span", SPAN_WORDS)
    try:
        start, end = parse_moment(first.strip()), parse_moment(last.strip()) if last.strip() else None
    except PydanticCustomError as error:
        raise PydanticCustomError("span", SPAN_WORDS) from error
    if end is not None and end < start:
        raise PydanticCustomError("span", "a span of time that does not end before it begins")
    return start, end


def time_text(value: timedelta) -> str:
    """A time the way people write it, such as ``17m30s``."""
    left, text = round(value / timedelta(milliseconds=1)), ""
    for unit in ("d", "h", "m", "s", "ms"):
        size = round(UNITS[unit] * 1000)
        text += f"{left // size}{unit}" if left >= size else ""
        left %= size
    return text or "0s"


def span_text(span: tuple[timedelta, timedelta | None]) -> str:
    """A span the way scenarios write it."""
    start, end = span
    return f"{time_text(start)}..{'' if end is None else time_text(end)}"


Span = Annotated[
    tuple[timedelta, timedelta | None],
    BeforeValidator(parse_span),
    PlainSerializer(span_text),
    WithJsonSchema(
        {"type": "string", "pattern": rf"^{_TIME}\.\.{_TIME}?$", "$comment": SPAN_WORDS}
        | {"examples": ["12m..17m", "12m.."]}
    ),
]


class Close(Strict):
    """A number and how far off it may be: ``0.95 +- 1%``. ``tolerance`` is relative, 0.01 for 1%."""

    value: float
    tolerance: float


def _scalar(value: Any, words: str) -> float | Close:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, Close):
        return value
    match = _CLOSE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise PydanticCustomError("shown", "{words}", {"words": words})
    found = Close(value=float(match[1]), tolerance=float(match[5]) / 100)
    if not found.value:
        raise PydanticCustomError("shown", "0, or between two numbers such as [-0.1, 0.1]: 0 has no per cent")
    return found


def parse_value(value: Any) -> float | Close:
    """A number, or ``0.95 +- 1%``.

    Raises:
        PydanticCustomError: for anything else.
    """
    return _scalar(value, VALUE_WORDS)


def parse_shown(value: Any) -> Any:
    """``empty``, ``not empty``, a number, or ``0.95 +- 1%``.

    Raises:
        PydanticCustomError: for anything else.
    """
    return value if value in ("empty", "not empty") else _scalar(value, SHOWN_WORDS)


CLOSE_PATTERN = rf"^{_NUMBER}\s*(\+-|±)\s*[0-9]+(\.[0-9]+)?\s*%$"
