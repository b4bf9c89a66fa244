"""Which vmalert-tool is asked: the one that is named, else the first on PATH, and no other program."""

from __future__ import annotations

import pytest

from dashgen.errors import MachineError
from dashgen.testing.vmalert.find import NAMED, find

HELP = "--disableAlertgroupLabel --httpListenPort"


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch):
    """No vmalert-tool at all."""
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.delenv(NAMED, raising=False)


@pytest.fixture
def put(tmp_path):
    """Makes a program that answers like vmalert-tool of a version."""

    def make(path, version="vmalert-tool-20260801-120000-tags-v1.151.0-0-g8ba483f9de", said=HELP):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        known = f"echo 'vmalert-tool version {version}'" if version else "echo 'flag provided but not defined'"
        file.write_text(f"#!/bin/sh\nif [ $1 = unittest ]; then echo '{said}'; else {known}; fi\n")
        file.chmod(0o755)
        return file

    return make


def test_the_one_that_is_named_goes_before_those_on_the_path(put, monkeypatch):
    released = put("path/vmalert-tool-prod")
    assert find().path == released
    built = put("path/vmalert-tool")
    assert find().path == built
    named = put("elsewhere/tool")
    monkeypatch.setenv(NAMED, str(named))
    assert find().path == named


def test_a_path_is_relative_to_where_we_are(put, monkeypatch, tmp_path):
    monkeypatch.setenv(NAMED, "tools/vmalert-tool")
    monkeypatch.chdir(tmp_path)
    made = put("tools/vmalert-tool")
    assert find().path == made


def test_a_missing_one_says_where_was_looked_and_what_to_do(monkeypatch):
    with pytest.raises(MachineError) as caught:
        find()
    said = str(caught.value)
    assert "looked at PATH: vmalert-tool; PATH: vmalert-tool-prod" in said
    assert "vmutils" in said and NAMED in said
    assert caught.value.exit_code == 3
    monkeypatch.setenv(NAMED, "nowhere/tool")
    with pytest.raises(MachineError, match=f"looked at {NAMED}: nowhere/tool\n"):
        find()


@pytest.mark.parametrize(
    ("version", "read"),
    [
        ("vmalert-tool-20260801-120000-tags-v1.151.0-0-g8ba483f9de", "1.151.0"),
        ("v1.117.0", "1.117.0"),
        ("vmalert-tool-20250801-120000-tags-v1.122.3-enterprise-0-g1", "1.122.3"),
        ("", "unknown"),
        ("vmalert-tool-20260801-120000-heads-master-0-g8ba483f9de", "unknown"),
    ],
)
def test_the_version_is_read_where_it_is_said(put, version, read):
    put("path/vmalert-tool", version)
    assert find().version == read


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ({"said": "unknown command"}, "is no vmalert-tool, or too old: to `unittest --help` it says 'unknown command'"),
        ({"said": "--disableAlertgroupLabel"}, "is no vmalert-tool, or too old"),
        ({"version": "v1.116.9"}, "is vmalert-tool 1.116.9; 1.117 or newer is needed"),
    ],
)
def test_one_that_cannot_be_used_is_said_to_be(put, program, message):
    path = put("path/vmalert-tool", **program)
    with pytest.raises(MachineError) as caught:
        find()
    assert f"{path} (PATH) {message}" in str(caught.value)


def test_one_for_another_machine_is_said_to_be(put):
    put("path/vmalert-tool").write_bytes(b"\x7fELF nonsense")
    with pytest.raises(MachineError, match=r"path/vmalert-tool \(PATH\) cannot be run: "):
        find()
