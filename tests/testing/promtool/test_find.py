"""Which promtool judges: the one that is named, else the first of the known places, and no other program."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dashgen.errors import MachineError
from dashgen.testing.promtool.find import Promtool, differs, find
from tests import specs

VERSION = "promtool, version {} (branch: HEAD, revision: 4dd1e6fa)"


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch):
    """No promtool at all."""
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("DASHGEN_CACHE")
    monkeypatch.delenv("DASHGEN_PROMTOOL", raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python" / "python"))


@pytest.fixture
def put(tmp_path):
    def put(path, version="2.42.0", script=None):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/bin/sh\n{script or f'echo {VERSION.format(version)!r}'}\n")
        file.chmod(0o755)
        return file

    return put


def cached(version):
    return f"cache/dashgen/promtool/{version}/promtool"


def test_the_places_in_their_order(put, monkeypatch, tmp_path):
    places = [cached("3.5.0"), "python/promtool", "path/promtool", "variable", "flag"]
    for place in places[:3]:
        put(place)
        assert find().path == tmp_path / place
    monkeypatch.setenv("DASHGEN_PROMTOOL", str(put("variable")))
    assert find().path == tmp_path / "variable"
    assert find(put("flag")).path == tmp_path / "flag"


def test_a_name_is_looked_for_on_the_path_and_beside_python(put, monkeypatch):
    on_path, beside = put("path/promtool-a"), put("python/promtool-b", "3.5.3+ds1")
    assert find(Path("promtool-a")) == Promtool(on_path, "2.42.0")
    monkeypatch.setenv("DASHGEN_PROMTOOL", "promtool-b")
    assert find() == Promtool(beside, "3.5.3")


def test_a_path_is_relative_to_where_we_are(put, monkeypatch, tmp_path):
    put("tools/promtool")
    monkeypatch.chdir(tmp_path)
    found = find(Path("tools/promtool"))
    assert (found.path, found.version) == (tmp_path / "tools/promtool", "2.42.0")


def test_the_newest_of_the_cache(put, tmp_path):
    for version in ("2.9.0", "2.53.1", "3.5.0", "2.100.0", ".new-x"):
        put(cached(version), version if version[0] != "." else "9.9.9")
    put(cached("3.10.2"), "3.10.2")
    assert find() == Promtool(tmp_path / cached("3.10.2"), "3.10.2")


@pytest.mark.parametrize(
    ("said", "version"),
    [
        (VERSION.format("2.42.0+ds"), "2.42.0"),
        (VERSION.format("3.10.0-rc.0"), "3.10.0"),
        (VERSION.format("v3.05.1"), "3.5.1"),
    ],
)
@pytest.mark.parametrize("stream", [1, 2])
def test_the_version_on_either_stream(put, said, version, stream):
    assert find(put("flag", script=f"echo '{said}' >&{stream}")).version == version


def test_a_missing_one_says_where_was_looked(tmp_path):
    with pytest.raises(MachineError) as caught:
        find()
    for place in ("PATH: promtool", tmp_path / "python" / "promtool", tmp_path / cached("VERSION")):
        assert str(place) in str(caught.value)
    assert "dashgen promtool install" in str(caught.value)
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("by_flag", [True, False])
def test_one_that_is_named_is_not_replaced_by_another(put, monkeypatch, by_flag):
    put("path/promtool")
    monkeypatch.setenv("DASHGEN_PROMTOOL", "promtool" if by_flag else "elsewhere")
    with pytest.raises(MachineError, match=r"was not found; looked at (--promtool|DASHGEN_PROMTOOL): elsewhere\n"):
        find(Path("elsewhere") if by_flag else None)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo amtool, version 0.25.0", "is no promtool: to --version it says 'amtool, version 0.25.0'"),
        ("exit 1", "is no promtool: to --version it says 'nothing'"),
        (f"echo {VERSION.format('2.41.0')!r}", "is promtool 2.41.0; 2.42 or newer is needed"),
    ],
)
def test_one_that_cannot_be_used_is_said_to_be(put, script, message):
    path = put("path/promtool", script=script)
    with pytest.raises(MachineError) as caught:
        find()
    assert f"{path} (PATH) {message}" in str(caught.value)


def test_one_for_another_machine_is_said_to_be(put):
    put("path/promtool").write_bytes(b"\x7fELF nonsense")
    with pytest.raises(MachineError, match=r"path/promtool \(PATH\) cannot be run: "):
        find()


@pytest.mark.parametrize(
    ("stated", "flavour", "judge", "warned"),
    [
        ("2.42", "prometheus", "2.42.0", None),
        ("2.42.7", "prometheus", "2.42.0", None),
        ("3.5", "prometheus", "2.42.0", "install --version 3.5.0"),
        ("2.53.4", "prometheus", "3.5.3", "install --version 2.53.4"),
        ("1.145", "victoriametrics", "2.42.0", None),
    ],
)
def test_another_version_than_the_spec_has_is_one_line(stated, flavour, judge, warned):
    spec = specs.spec(prometheus={"version": stated, "flavour": flavour})
    found = differs(Promtool(Path("promtool"), judge), spec)
    if warned is None:
        assert found is None
    else:
        assert found.count("\n") == 0
        assert found.startswith(f"{spec.name}: the spec says Prometheus {stated}, judged by promtool {judge} ")
        assert warned in found
