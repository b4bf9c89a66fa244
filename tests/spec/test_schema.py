from __future__ import annotations

import json
import subprocess
import sys

import pytest

from dashgen.cli.schema import schema as schema_command
from dashgen.errors import InputError, MachineError
from dashgen.spec.schema import json_schema


def test_schema_knows_exporters_targets_and_descriptions():
    schema = json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "dashgen spec"
    assert "vllm" in schema["$defs"]["Source"]["properties"]["kind"]["enum"]
    assert "vllm" in schema["$defs"]["Model"]["properties"]["engine"]["anyOf"][0]["enum"]
    assert set(schema["properties"]["targets"]["default"]) <= set(schema["properties"]["targets"]["items"]["enum"])
    assert schema["$defs"]["Price"]["properties"].keys() >= {"from", "until", "tiers"}
    assert schema["properties"]["title"]["anyOf"]
    assert schema["properties"]["rule_labels"]["additionalProperties"] is False
    assert all(section.get("description") for section in schema["$defs"].values())
    text = json.dumps(schema)
    assert "PT5M" not in text
    assert "``" not in text
    assert json.dumps(json_schema()) == text


def test_command_prints_or_writes(tmp_path, capsys):
    schema_command()
    printed = capsys.readouterr().out
    assert json.loads(printed) == json_schema()
    file = tmp_path / "schema.json"
    schema_command(file)
    schema_command(file)
    assert file.read_text() == printed
    assert [path.name for path in tmp_path.iterdir()] == ["schema.json"]


def test_command_replaces_nothing_but_a_schema(tmp_path):
    other = tmp_path / "notes.txt"
    other.write_text("mine")
    with pytest.raises(InputError, match="no schema that dashgen wrote"):
        schema_command(other)
    assert other.read_text() == "mine"
    with pytest.raises(MachineError, match="cannot be written"):
        schema_command(tmp_path / "missing" / "schema.json")


def test_importing_the_loader_is_light():
    heavy = ("rich", "dashgen.catalogue", "difflib")
    code = f"import sys, dashgen.spec.load; print([name for name in sys.modules if name.startswith({heavy})])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
