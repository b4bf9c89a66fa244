"""The ``--color`` choice, apart from rich so that ``--help`` stays fast."""

from __future__ import annotations

from enum import StrEnum


class Color(StrEnum):
    """When to colour."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"
