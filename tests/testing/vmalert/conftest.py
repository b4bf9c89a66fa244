"""The real vmalert-tool."""

from __future__ import annotations

import pytest

from tests.testing.vmalert_tool import vmalert_tool


@pytest.fixture(scope="session")
def tool():
    return vmalert_tool()
