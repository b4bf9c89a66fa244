"""How flags are read: models with their routes, names out of folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashgen.errors import InputError
from dashgen.scaffold.answers import Served, name_of_folder, read_models
from dashgen.scaffold.stacks import find


@pytest.mark.parametrize(
    ("text", "stack", "served"),
    [
        ("gpt-4o=cloud", "chat", Served("gpt-4o", "cloud")),
        ("qwen=local", "chat", Served("qwen", "local")),
        ("org/m:8b", "vllm", Served("org/m:8b", "local")),
        ("gpt-4o", "cloud-only", Served("gpt-4o", "cloud")),
        ("a=b=cloud", "chat", Served("a=b", "cloud")),
        ("temperature=0", "cloud-only", Served("temperature=0", "cloud")),
        ("=cloud", "cloud-only", Served("", "cloud")),
    ],
)
def test_a_model_and_who_serves_it(text: str, stack: str, served: Served):
    assert read_models([text], find(stack)) == (served,)


@pytest.mark.parametrize(
    ("text", "stack", "words"),
    [
        ("gpt-4o", "chat", "does not say where the model is served"),
        ("gpt-4o=clowd", "chat", "write `cloud`"),
        ("gpt-4o=Local", "vllm", "write `local`"),
        ("gpt-4o=local", "cloud-only", "has no place for it"),
        ("gpt-4o=cloud", "vllm", "has no place for it"),
    ],
)
def test_a_route_is_never_guessed(text: str, stack: str, words: str):
    with pytest.raises(InputError, match=words):
        read_models([text], find(stack))


def test_every_wrong_model_is_told():
    with pytest.raises(InputError) as caught:
        read_models(["a", "b=cloud", "c"], find("chat"))
    assert len(caught.value.problems) == 2


def test_no_model_is_no_deployment():
    with pytest.raises(InputError, match="--model: no model is named"):
        read_models([], find("chat"))


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("chat", "chat"),
        ("LLM_gitops", "llm-gitops"),
        ("--x--", "x"),
        ("日本", ""),
        ("a" * 60, "a" * 40),
        ("a" * 39 + "-b", "a" * 39),
    ],
)
def test_the_name_of_a_folder_as_a_spec_may_be_called(tmp_path: Path, folder: str, name: str):
    assert name_of_folder(tmp_path / folder) == name
