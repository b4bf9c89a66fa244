"""CI installs the dashgen that built the output: never whatever an index has under that name."""

from __future__ import annotations

from typing import Any

import pytest

from dashgen import __version__
from dashgen.scaffold import requirement

WHEEL = f"./wheels/dashgen-{__version__}-py3-none-any.whl"


@pytest.mark.parametrize(
    ("origin", "text", "command"),
    [
        (
            {"url": "https://git.example.com/d.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}},
            "dashgen @ git+https://git.example.com/d.git@abc",
            None,
        ),
        (
            {"url": "ssh://git@x/d", "vcs_info": {"vcs": "git", "commit_id": "a"}, "subdirectory": "tools"},
            "dashgen @ git+ssh://git@x/d@a#subdirectory=tools",
            None,
        ),
        ({"url": "https://x/d.whl", "archive_info": {}}, "dashgen @ https://x/d.whl", None),
        ({"url": "file:///my%20src", "dir_info": {}}, WHEEL, "pip wheel --no-deps --wheel-dir wheels '/my src'"),
        (
            {"url": "file:///d.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}},
            WHEEL,
            "pip wheel --no-deps --wheel-dir wheels /d.git",
        ),
        ({}, WHEEL, f"pip wheel --no-deps --wheel-dir wheels dashgen=={__version__}"),
    ],
)
def test_where_dashgen_came_from(
    monkeypatch: pytest.MonkeyPatch, origin: dict[str, Any], text: str, command: str | None
):
    monkeypatch.setattr(requirement, "installed_from", lambda: origin)
    assert requirement.default_requirement() == text
    assert requirement.wheel_command(text) == command


def test_the_note_of_this_installation_can_be_read():
    assert isinstance(requirement.installed_from(), dict)
