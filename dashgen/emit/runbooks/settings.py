"""The spec's alert parameters as a runbook shows them: name, value, meaning."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from dashgen.spec import Spec
from dashgen.spec.types import duration_text


def setting(spec: Spec, path: str) -> str:
    """The value of ``section.key`` below ``alerts``, such as ``ttft.threshold``.

    Raises:
        ValueError: when there is no such parameter.
    """
    section, _, key = path.partition(".")
    found = {name: value for name, value, _ in _fields(spec, section)}
    if key not in found:
        raise ValueError(f"no parameter alerts.{path}")
    return found[key]


def setting_lines(spec: Spec, section: str) -> str:
    """Every parameter of a section, one Markdown list item each.

    Raises:
        ValueError: when there is no such section.
    """
    return "\n".join(f"- `alerts.{section}.{key}: {value}`: {text}." for key, value, text in _fields(spec, section))


def _fields(spec: Spec, section: str) -> list[tuple[str, str, str]]:
    """(key as the spec writes it, value, description) of a section's parameters."""
    group = getattr(spec.alerts, section, None)
    if not isinstance(group, BaseModel):
        raise ValueError(f"no section alerts.{section}")
    values = {name: getattr(group, name) for name in type(group).model_fields}
    if section == "ttft" and values["threshold"] is None:
        values["threshold"] = spec.ttft_threshold
    fields = type(group).model_fields.items()
    return [(field.alias or name, _shown(values[name]), field.description or "") for name, field in fields]


def _shown(value: Any) -> str:
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    return f"{value:.12g}" if isinstance(value, float) else str(value)
