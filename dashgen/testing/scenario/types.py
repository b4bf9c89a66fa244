"""Field types of scenarios: numbers, spans of time."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from dashgen.spec.types import duration_text, parse_duration

SPAN_PATTERN = r"^[0-9.]+[a-z0-9.]*\.\.([0-9.]+[a-z0-9.]*)?$"
ZERO = timedelta(0)


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise PydanticCustomError("number", "a number, not true or false")
    return value


Number = Annotated[float, Field(allow_inf_nan=True), BeforeValidator(_number)]


def _moment(text: str) -> timedelta:
    return ZERO if text in ("0", "0s", "0m") else parse_duration(text)


def parse_span(value: Any) -> tuple[timedelta, timedelta | None]:
    """``12m..17m`` or ``12m..`` (until the end) -> first and last moment, both included.

    Raises:
        PydanticCustomError: for anything else.
    """
    if isinstance(value, tuple):
        return value
    first, dots, last = value.partition("..") if isinstance(value, str) else ("", "", "")
    if not dots or not first:
        raise PydanticCustomError("span", "a span of time such as 12m..17m, or 12m.. for until the end")
    start, end = _moment(first.strip()), _moment(last.strip()) if last.strip() else None
    if end is not None and end < start:
        raise PydanticCustomError("span", "a span of time that ends after it begins")
    return start, end


def _text(span: tuple[timedelta, timedelta | None]) -> str:
    start, end = span
    return f"{duration_text(start)}..{'' if end is None else duration_text(end)}"


Span = Annotated[
    tuple[timedelta, timedelta | None],
    BeforeValidator(parse_span),
    PlainSerializer(_text),
    WithJsonSchema({"type": "string", "pattern": SPAN_PATTERN, "examples": ["12m..17m", "12m.."]}),
]
