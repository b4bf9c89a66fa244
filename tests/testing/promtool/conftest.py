"""promtool 2 and 3, which must agree, and programs that only claim to be promtool."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from dashgen.errors import MachineError
from dashgen.testing.promtool.find import Promtool, find


@pytest.fixture(scope="session", params=("the usual", "promtool 3"))
def promtool(request):
    if request.param == "the usual":
        return find()
    named = os.environ.get("DASHGEN_PROMTOOL3") or "promtool3"
    try:
        return find(Path(named))
    except MachineError:
        pytest.skip(f"{named} is not there: run .ci/setup test, or name one in DASHGEN_PROMTOOL3")


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The folder of all temporary files; nothing may stay in it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def pretender(tmp_path):
    """Makes a program of a few lines of shell."""

    def make(script):
        path = tmp_path / "pretender"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return Promtool(path, "9.9.9")

    return make
