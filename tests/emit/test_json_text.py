from __future__ import annotations

import json
import math
from collections import OrderedDict
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashgen.emit.json_text import json_text

VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
)


@given(VALUES)
def test_the_bytes_are_those_of_the_standard_library(value):
    assert json_text(value) == json.dumps(value, sort_keys=True, indent=2) + "\n"


class Colour(StrEnum):
    RED = "red"


def test_kinds_that_behave_like_the_plain_ones():
    value = {"a": (1, [], {}), "b": OrderedDict(z=Colour.RED, a=()), "c": [True, None, 1.0, 10**30]}
    assert json_text(value) == json.dumps(value, sort_keys=True, indent=2) + "\n"


@pytest.mark.parametrize("value", [math.nan, math.inf, [-math.inf], {"a": math.nan}])
def test_numbers_json_does_not_have_are_refused(value):
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_text(value)


@pytest.mark.parametrize("value", [object(), {1: "a"}, [{None: 1}], {"a": {1, 2}}])
def test_what_is_no_json_is_refused(value):
    with pytest.raises(TypeError):
        json_text(value)
