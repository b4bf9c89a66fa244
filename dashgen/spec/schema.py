"""JSON Schema of a spec file, or of another that is read like one, for editors and validators."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from dashgen.spec.checks import known
from dashgen.spec.spec import Spec
from dashgen.spec.types import duration_text

DRAFT = "https://json-schema.org/draft/2020-12/schema"
TITLE = "dashgen spec"


class _Generator(GenerateJsonSchema):
    def encode_default(self, dft: Any) -> Any:
        # pydantic would write ISO 8601 (PT5M), which the pattern of a duration rejects.
        return duration_text(dft) if isinstance(dft, timedelta) else super().encode_default(dft)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a spec, with the known exporters and targets as enums."""
    schema = Spec.model_json_schema(schema_generator=_Generator)
    kinds, targets = known.kinds(), known.targets()
    sections = schema["$defs"]
    sections["Source"]["properties"]["kind"]["enum"] = list(kinds)
    for option in sections["Model"]["properties"]["engine"]["anyOf"]:
        if option["type"] == "string":
            option["enum"] = list(kinds)
    schema["properties"]["targets"]["items"]["enum"] = list(targets)
    return _published(schema, TITLE)


def schema_of(model: type[BaseModel], title: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a file that holds such a model."""
    return _published(model.model_json_schema(schema_generator=_Generator), title)


def _published(schema: Mapping[str, Any], title: str) -> dict[str, Any]:
    described: dict[str, Any] = _tidy(schema)
    return {"$schema": DRAFT, **described, "title": title}


def _tidy(value: Any, *, names: bool = False) -> Any:
    """Closes maps of label names, drops generated titles and comments, and takes the markup out of descriptions.

    ``names``: the keys of this mapping are names of the spec, not words of JSON Schema.
    """
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if names:
        return {key: _tidy(inner) for key, inner in value.items()}
    found = {
        key: inner if key in ("default", "examples", "enum") else _tidy(inner, names=key in _NAMED)
        for key, inner in value.items()
        if key not in ("title", "$comment")
    }
    if "patternProperties" in found:
        found.setdefault("additionalProperties", False)
    if isinstance(found.get("description"), str):
        found["description"] = found["description"].replace("``", "`")
    return found


_NAMED = ("properties", "patternProperties", "$defs")
