"""A stack is one file: what its first lines say is true, and it is offered once its exporters are known."""

from __future__ import annotations

import pytest

from dashgen.catalogue import loader
from dashgen.errors import InputError
from dashgen.scaffold import stacks
from dashgen.scaffold.answers import Served
from dashgen.scaffold.check import check
from tests.scaffold.test_repository import answers


@pytest.mark.parametrize("name", stacks.files())
def test_a_stack_describes_itself(name: str):
    stack = stacks.read(name)
    assert stack.title
    assert stack.needs
    assert stack.routes
    assert set(stack.routes) <= {"cloud", "local"}
    assert stack.engine is None or stack.engine in stack.needs


@pytest.mark.parametrize("name", sorted(stacks.available()))
def test_a_stack_needs_the_exporters_its_spec_names(name: str):
    assert {source.kind for source in check(answers(name)).sources} == set(stacks.read(name).needs)


@pytest.mark.parametrize("name", sorted(stacks.available()))
def test_a_stack_loads_with_one_model_of_each_of_its_routes(name: str):
    for route in stacks.read(name).routes:
        spec = check(answers(name, models=(Served("m", route),)))
        assert [model.route for model in spec.models] == [route]


def test_the_default_and_the_simplest_are_always_there():
    assert {stacks.DEFAULT, "cloud-only"} <= stacks.available().keys()


def test_a_stack_whose_exporter_is_unknown_is_not_offered(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(loader, "exporters", lambda: ("app", "vllm"))
    assert sorted(stacks.available()) == ["cloud-only"]
    with pytest.raises(InputError, match='unknown stack "chat"'):
        stacks.find("chat")
