from __future__ import annotations

import pytest

from dashgen.spec.paths import original
from dashgen.spec.yaml_source import read_yaml

ROOT = read_yaml("list: [a, b, c]\nsingle: {list: [a, b]}\nscalar: a\n", "x.yaml").root


@pytest.mark.parametrize(
    ("path", "removed", "found"),
    [
        (("list", 1), (), ("list", 1)),
        (("list", 0), (("list", 0),), ("list", 1)),
        (("list", 1), (("list", 0), ("list", 1)), ("list", 3)),
        (("single", 0, "list", 1), (), ("single", "list", 1)),
        (("single", 0, "list", 0), (("single", "list", 0),), ("single", "list", 1)),
        (("scalar", 0), (), ("scalar",)),
        (("absent", 0, "key"), (), ("absent", 0, "key")),
    ],
)
def test_a_path_of_what_is_left_as_a_path_of_the_file(path, removed, found):
    assert original(path, frozenset(removed), ROOT) == found
