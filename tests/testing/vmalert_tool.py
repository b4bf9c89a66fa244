"""The real vmalert-tool for tests, which are skipped where there is none: nothing stands in for it."""

from __future__ import annotations

import pytest

from dashgen.errors import MachineError
from dashgen.testing.vmalert.find import NAMED, VmalertTool, find


def vmalert_tool() -> VmalertTool:
    """The one that is named or on PATH."""
    try:
        return find()
    except MachineError as error:
        pytest.skip(f"{str(error).partition(';')[0]}: put one on PATH, or name it in {NAMED}")
