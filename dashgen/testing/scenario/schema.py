"""JSON Schema of a scenario file, for editors and validators."""

from __future__ import annotations

from typing import Any

from dashgen.spec.schema import schema_of
from dashgen.testing.scenario.model import Scenario

TITLE = "dashgen scenario"


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a scenario file."""
    return schema_of(Scenario, TITLE)
