"""The JSON Schema of scenarios: every key described, and the same verdict as loading."""

from __future__ import annotations

import json

import pytest
import yaml
from jsonschema import Draft202012Validator

from dashgen.cli.schema import schema as schema_command
from dashgen.errors import InputError
from dashgen.spec.words import PATTERNS, branches, describe, example
from dashgen.testing.scenario.model import Scenario
from dashgen.testing.scenario.schema import json_schema
from tests.spec.test_schema import properties


def test_every_key_says_what_it_is():
    root = json_schema()
    Draft202012Validator.check_schema(root)
    assert (root["title"], root["$schema"]) == (
        "dashgen scenario",
        "https://json-schema.org/draft/2020-12/schema",
    )
    found = dict(properties(root, {**root, "oneOf": ()}))
    for section in (root, *root["$defs"].values()):
        assert section["description"]
        for key, schema in section["properties"].items():
            words = schema.get("description", "")
            assert words and not words.endswith((".", ",", ";", ":")), key
            assert "\n" not in words and words.count("`") % 2 == 0 and len(words) <= 110, key
    assert found.keys() >= {".name", ".series[].signal", ".cases[].length", ".notifications[].alert"}
    text = json.dumps(root)
    assert "PT30M" not in text and "$comment" not in text and "``" not in text


def test_every_place_has_words_and_every_required_key_an_example():
    root = Scenario.model_json_schema()
    for section in (root, *root["$defs"].values()):
        for key, schema in section["properties"].items():
            for option in (schema, *branches(schema, root)):
                words = describe(option, root)
                assert "valid value" not in words and "matching" not in words, (key, words)
            if key in section.get("required", ()):
                assert example(schema, root), key
    assert not any("\n" in words for words in PATTERNS.values())


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("alerts: {A: silent}", True),
        ("alerts: {A: quiet}", False),
        ("alerts: {A: {firing: 12m..17m}}", True),
        ("alerts: {A: {firing: [0..1m, '1m30s..']}}", True),
        ("alerts: {A: {firing: 12m}}", False),
        ("alerts: {A: [{firing: []}]}", True),
        ("alerts: {A: []}", False),
        ("panels: {at: 0, shows: {a: 1, b: [1, 2], c: empty, d: 1 +- 2%, e: {x: 1}}}", True),
        ("panels: {at: 90, shows: {a: 1}}", False),
        ("panels: {at: 1m, shows: {}}", False),
        ("panels: {at: 1m, shows: {a: [1]}}", False),
        ("panels: {at: 1m, shows: {a: some}}", False),
        ("alerts: {}\nseries: {signal: a, values: 0+1x5}", True),
        ("alerts: {}\nseries: [{signal: a, pods: [a], values: {ramp: [0, 1]}}]", True),
        ("alerts: {}\nseries: {away: 5m..6m, pods: 1, reset: true}", True),
        ("alerts: {}\nseries: {away: [5m..6m, 8m..], source: a}", True),
        ("alerts: {}\nseries: {away: 5m}", False),
        ("alerts: {}\nseries: {signal: a, pods: 0, values: 0+1x5}", False),
        ("alerts: {}\nseries: {signal: a, values: {ramp: [0, 1, 2]}}", False),
        ('alerts: {}\nseries: {signal: a, values: {per_minute: 1, observe: {"0.3": 1}}}', True),
        ("alerts: {}\nseries: {signal: a, values: {per_minute: 1, observe: {fast: 1}}}", False),
        ("alerts: {}\ncases: {a: {}}", True),
        ("alerts: {}\ncases: {a: {name: b}}", False),
        ("alerts: {}\nspecs: chat", True),
        ("alerts: {}\nspecs: []", False),
        ("alerts: {}\nlength: 5", False),
    ],
)
def test_schema_agrees_with_loading(problems, text, valid):
    text = f"name: x\n{text}\n"
    assert (problems(text) == []) is valid
    assert Draft202012Validator(json_schema()).is_valid(yaml.safe_load(text)) is valid


def test_the_command_writes_either_schema_and_replaces_only_its_own(tmp_path, capsys):
    schema_command(scenario=True)
    assert json.loads(capsys.readouterr().out) == json_schema()
    file = tmp_path / "schema.json"
    schema_command(file, scenario=True)
    schema_command(file, scenario=True)
    assert json.loads(file.read_text()) == json_schema()
    with pytest.raises(InputError):
        schema_command(file)
