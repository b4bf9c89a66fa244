"""Whether dashgen itself changed while it ran."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from dashgen.batch import inputs


def test_a_file_written_or_removed_since_the_start_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    package = tmp_path / "dashgen"
    (package / "deep").mkdir(parents=True)
    module = package / "deep" / "module.py"
    module.write_text("x = 1")
    monkeypatch.setattr(inputs, "dashgen", SimpleNamespace(__file__=str(package / "__init__.py")))
    monkeypatch.setattr(inputs, "packaged_rules", lambda: package)
    later = inputs._newest(str(package)) + 1
    monkeypatch.setattr(inputs, "_started", lambda: later)
    assert not inputs.generator_changed()
    time.sleep(0.01)
    module.write_text("x = 2")
    os.utime(module, ns=(0, 0))
    assert inputs.generator_changed()
    later = inputs._newest(str(package)) + 1
    assert not inputs.generator_changed()
    time.sleep(0.01)
    module.unlink()
    assert inputs.generator_changed()
