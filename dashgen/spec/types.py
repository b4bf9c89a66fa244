"""Field types shared by the spec models: durations, slugs, label names, versions."""

import re
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
DURATION_PATTERN = r"^([0-9]+(\.[0-9]+)?(ms|s|m|h|d|w))+$"
NAME_PATTERN = r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"
LABEL_PATTERN = r"^([a-zA-Z]|_[a-zA-Z0-9])[a-zA-Z0-9_]*$"
KUBERNETES_LABEL_PATTERN = r"^([a-z0-9.-]+/)?[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$"
KUBERNETES_VALUE_PATTERN = r"^([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)?$"
DAY_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
URL_PATTERN = r"^https?://[^\s\"'<>\\{}?#]+$"


class Strict(BaseModel):
    """Base of every spec model: unknown keys are errors, instances never change."""

    # defer_build: only the model that is used gets a validator, which halves the import time.
    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True, defer_build=True)


def parse_duration(value: Any) -> timedelta:
    """``90s``, ``1h30m``, ``500ms`` -> timedelta.

    Raises:
        PydanticCustomError: for anything else, zero included.
    """
    if isinstance(value, timedelta):
        return value
    text = str(value)
    if not isinstance(value, str) or not re.fullmatch(DURATION_PATTERN, text):
        raise PydanticCustomError(
            "duration", "a duration: a number with a unit of ms, s, m, h, d or w, such as 500ms, 30s or 1h30m"
        )
    parts = re.findall(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d|w)", text)
    seconds = sum(float(number) * UNITS[unit] for number, unit in parts)
    if seconds <= 0:
        raise PydanticCustomError("duration", "a duration above zero, such as 500ms, 30s or 5m")
    if seconds > 10 * 365 * 86400:
        raise PydanticCustomError("duration", "a duration of at most ten years")
    return timedelta(seconds=seconds)


def duration_text(value: timedelta) -> str:
    """Timedelta -> the shortest PromQL duration, such as ``90s``, ``5m``, ``1w`` or ``500ms``."""
    milliseconds = round(value.total_seconds() * 1000)
    if milliseconds == 0:
        return "0s"
    for unit in ("w", "d", "h", "m", "s"):
        size = round(UNITS[unit] * 1000)
        if milliseconds % size == 0:
            return f"{milliseconds // size}{unit}"
    return f"{milliseconds}ms"


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(duration_text),
    WithJsonSchema({"type": "string", "pattern": DURATION_PATTERN, "examples": ["500ms", "30s", "5m", "15d"]}),
]


def _text(value: Any) -> Any:
    if isinstance(value, str) and any(0xD800 <= ord(char) <= 0xDFFF or char == "\x00" for char in value):
        raise PydanticCustomError("text", "text without NUL and surrogate characters")
    return value


def _number(value: Any) -> Any:
    # Python's True is an int, so pydantic would read `input: true` as a price of 1.
    if isinstance(value, bool):
        raise PydanticCustomError("number", "a number, not true or false")
    return value


def _day(value: Any) -> Any:
    # pydantic would take a number as seconds since 1970, and a time of day when it is midnight.
    if type(value) is not date and not (isinstance(value, str) and re.fullmatch(DAY_PATTERN, value)):
        raise PydanticCustomError("day", "a day written as year-month-day, such as 2026-01-31")
    return value


Text = Annotated[str, Field(min_length=1, max_length=256), BeforeValidator(_text)]
Slug = Annotated[str, Field(pattern=NAME_PATTERN, max_length=40, examples=["chat"])]
KubernetesLabel = Annotated[str, Field(pattern=KUBERNETES_LABEL_PATTERN, max_length=253)]
KubernetesValue = Annotated[str, Field(pattern=KUBERNETES_VALUE_PATTERN, max_length=63)]
Namespace = Annotated[str, Field(pattern=NAME_PATTERN, max_length=63, examples=["monitoring"])]
LabelName = Annotated[str, Field(pattern=LABEL_PATTERN, max_length=128)]
Url = Annotated[str, Field(pattern=URL_PATTERN, max_length=500, examples=["https://grafana.example.com"])]
LabelValue = Annotated[str, BeforeValidator(_text)]
Money = Annotated[float, Field(ge=0, allow_inf_nan=False), BeforeValidator(_number)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False), BeforeValidator(_number)]
Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False), BeforeValidator(_number)]
OpenShare = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False), BeforeValidator(_number)]
Growth = Annotated[float, Field(gt=1, allow_inf_nan=False), BeforeValidator(_number)]
Count = Annotated[int, Field(gt=0), BeforeValidator(_number)]
CountOrZero = Annotated[int, Field(ge=0), BeforeValidator(_number)]
Flag = Annotated[bool, Field(strict=True)]
Day = Annotated[date, BeforeValidator(_day)]


def _version(value: Any) -> Any:
    # YAML reads an unquoted 0.10 as the number 0.1; the loader keeps what was written in `.source`.
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return getattr(value, "source", str(value))
    return value


_Version = Annotated[str, Field(min_length=1, max_length=60)]
VersionText = Annotated[_Version, BeforeValidator(_version, json_schema_input_type=_Version | float)]
