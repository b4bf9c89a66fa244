"""What a spec says of recordings: who is hashed, who may be."""

from __future__ import annotations

import pytest

from dashgen.errors import InputError
from dashgen.spec import Spec
from dashgen.spec.load import load_specs
from tests.specs import spec


@pytest.mark.parametrize(
    ("private", "label", "expected"),
    [
        ({}, "end_user", "hash"),
        ({}, "user_email", "hash"),
        ({}, "hashed_api_key", "hash"),
        ({}, "client_ip", "hash"),
        ({}, "exported_user", "hash"),
        ({}, "model", "keep"),
        ({"team": "hash"}, "team", "hash"),
        ({"team": "hash"}, "user", "hash"),
        ({"user": "keep"}, "user", "keep"),
        ({"user": "keep"}, "exported_user", "keep"),
        ({"client_ip": "drop"}, "exported_client_ip", "drop"),
        ({"exported_user": "drop"}, "user", "hash"),
    ],
)
def test_privacy(private, label, expected):
    assert spec(recording={"private": private}).recording.privacy(label) == expected


def test_private_labels_change_nothing_that_is_built():
    assert spec().recording == spec(recording={}).recording


def test_labels_that_hold_numbers_cannot_be_private(tmp_path):
    path = tmp_path / "t.yaml"
    path.write_text(
        "name: t\nmodels:\n  - {name: m, route: local}\nsources:\n  - {kind: vllm, selector: {job: v}}\n"
        "recording:\n  private: {team: drop, le: hash}\n"
    )
    with pytest.raises(InputError) as caught:
        load_specs([path])
    (problem,) = caught.value.problems
    assert str(problem).startswith(f"{path}:7:25: the label `le` in `recording.private`")


@pytest.mark.parametrize("value", ["hide", None, 1, ["hash"]])
def test_other_words_are_refused(value):
    with pytest.raises(ValueError, match="hash"):
        Spec.model_validate({**spec().model_dump(), "recording": {"private": {"user": value}}})
