"""Whatever a file holds: a spec, or problems at places inside the file, and nothing else."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashgen.errors import InputError
from dashgen.spec.load import load_specs
from dashgen.spec.messages import model_schema
from dashgen.spec.spec import Spec
from tests.spec.conftest import SMALLEST

ROOT = model_schema(Spec)
KEYS = sorted(
    {key for section in (ROOT, *ROOT["$defs"].values()) for key in section.get("properties", ())}
    | {"Profile", "[key]", "<<", "job", "literal['chat','autocomplete']", "Price", "for_"}
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["chat", "cloud", "local", "vllm", "5m", "2026-01-01", "0.10", "a(?=b)", "cost/x", "x" * 300]),
)
DATA = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(KEYS), st.text(max_size=5)), inner, max_size=5),
    ),
    max_leaves=25,
)
NEAR = {
    "name": "chat",
    "models": [{"name": "a", "route": "cloud", "prices": {"input": 1, "output": 2}}],
    "sources": [{"kind": "vllm", "selector": {"job": "x"}}],
    "alerts": {"errors": {"classes": ["timeout"]}, "labels": {"team": "x"}},
    "profile": {"ttft_p95": "2s"},
}
QUIET = settings(suppress_health_check=list(HealthCheck))


def check(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.yaml"
        path.write_bytes(content)
        try:
            assert load_specs([path])[0].spec.name
            return
        except InputError as error:
            problems = error.problems
    assert problems
    lines = re.split("\r\n|\r|\n", content.decode("utf-8-sig", "surrogateescape"))
    for problem in problems:
        assert problem.where.file == str(path)
        assert problem.found
        assert problem.expected
        assert str(problem).count("\n") <= 2
        if problem.where.line:
            assert problem.where.line <= len(lines)
            assert 1 <= problem.where.column <= len(lines[problem.where.line - 1]) + 1
    places = [(problem.where.line, problem.where.column) for problem in problems]
    assert places == sorted(places)


@QUIET
@given(st.binary(max_size=200))
def test_any_bytes(content):
    check(content)


@QUIET
@given(st.text(alphabet=st.sampled_from("ab: -[]{}&*!'\"#\n\t|>,?<~\\\r\ufeffé%@`"), max_size=60))
def test_any_text(text):
    check(text.encode())
    check((SMALLEST + text).encode())


@QUIET
@given(DATA)
def test_any_data(data):
    check(json.dumps(data).encode())


def _set(data, path, value):
    for step in path[:-1]:
        data = data[step]
    data[path[-1]] = value


def _paths(data, path=()):
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from _paths(inner, (*path, key))


@QUIET
@given(st.lists(st.tuples(st.sampled_from(list(_paths(NEAR))), DATA), min_size=1, max_size=3), st.data())
def test_a_spec_with_parts_replaced(changes, draw):
    data = json.loads(json.dumps(NEAR))
    for path, value in changes:
        try:
            _set(data, path, value)
        except (TypeError, KeyError, IndexError):
            continue
    if draw.draw(st.booleans()):
        data |= draw.draw(st.dictionaries(st.sampled_from(sorted(ROOT["properties"])), DATA, max_size=3))
    check(json.dumps(data).encode())
