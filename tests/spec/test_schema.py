from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from dashgen.cli.schema import schema as schema_command
from dashgen.errors import InputError, MachineError
from dashgen.spec.schema import json_schema
from tests.spec.conftest import SMALLEST
from tests.specs import CHAT

EXAMPLES = Path(__file__).parents[1] / "examples"


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


def properties(schema: Any, root: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Path and schema of every key a spec can have, through references, unions, lists and maps."""
    if "$ref" in schema:
        yield from properties(root["$defs"][schema["$ref"].rsplit("/", 1)[-1]], root, path)
    for option in schema.get("anyOf", ()):
        yield from properties(option, root, path)
    for key, inner in schema.get("properties", {}).items():
        yield f"{path}.{key}", inner
        yield from properties(inner, root, f"{path}.{key}")
    for inner in (
        schema.get("items"),
        schema.get("additionalProperties"),
        *schema.get("patternProperties", {}).values(),
    ):
        if isinstance(inner, dict):
            yield from properties(inner, root, f"{path}[]")


def test_every_key_says_what_it_is():
    root = json_schema()
    found = dict(properties(root, root))
    assert found.keys() >= {
        ".profile.ttft_p95",
        ".models[].prices[].tiers[].cache_read",
        ".models[].serving.reference_throughput.input",
        ".sources[].selector[].not_regex",
        ".alerts.errors.for",
    }
    assert [path for path, schema in found.items() if not schema.get("description", "").strip()] == []
    # Messages put it in parentheses or after a comma, so it is one clause on one line.
    for path, schema in found.items():
        words = schema["description"]
        assert not words.endswith((".", ",", ";", ":")), path
        assert "\n" not in words and words.count("`") % 2 == 0 and len(words) <= 110, path
    reached = {path.rpartition(".")[2] for path in found}
    assert reached == {key for section in (root, *root["$defs"].values()) for key in section["properties"]}


def test_keys_without_effect_say_so():
    root = json_schema()
    found = dict(properties(root, root))
    for path, words in {
        ".models[].provider": "documentation only for now",
        ".prometheus.flavour": "the rules are the same",
        ".prometheus.version": "only checked",
    }.items():
        assert words in found[path]["description"]


def test_schema_agrees_with_build_on_the_examples():
    Draft202012Validator.check_schema(json_schema())
    validator = Draft202012Validator(json_schema())
    for path in (CHAT, EXAMPLES / "support.yaml"):
        assert [error.message for error in validator.iter_errors(yaml.safe_load(path.read_text()))] == []
    wrong = validator.iter_errors(yaml.safe_load((EXAMPLES / "typo.yaml").read_text()))
    assert {error.json_path for error in wrong} == {"$.profile", "$.models[0].route"}


@pytest.mark.parametrize(
    ("value", "valid"),
    [("0.33", True), ('"0.33"', True), ('">=0.10, <=0.33"', True), ("true", False), ("[0.33]", False)],
)
def test_schema_agrees_with_build_on_versions_of_sources(problems, value, valid):
    _agrees(problems, SMALLEST.replace("kind: vllm", f"kind: vllm, version: {value}"), valid)


@pytest.mark.parametrize(
    ("value", "valid"), [("3.5", True), ('"3.5"', True), ("2.53.1", True), ("false", False), ("{min: 3.5}", False)]
)
def test_schema_agrees_with_build_on_versions_of_prometheus(problems, value, valid):
    _agrees(problems, f"{SMALLEST}prometheus: {{version: {value}}}\n", valid)


def _agrees(problems, text, valid):
    assert (problems(text) == []) is valid
    assert Draft202012Validator(json_schema()).is_valid(yaml.safe_load(text)) is valid


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
    with pytest.raises(MachineError, match="cannot write"):
        schema_command(tmp_path / "missing" / "schema.json")


def test_importing_the_loader_is_light():
    heavy = ("rich", "dashgen.catalogue", "difflib")
    code = f"import sys, dashgen.spec.load; print([name for name in sys.modules if name.startswith({heavy})])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
