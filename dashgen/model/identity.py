"""Identity that survives edits: ids come from semantic keys, never from position."""

from __future__ import annotations

import hashlib


def stable_id(dashboard: str, key: str) -> int:
    """The panel id of ``dashboard/key``: the same for ever, between 1 and 2**31 - 1."""
    digest = hashlib.sha256(f"{dashboard}/{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % (2**31 - 1) + 1
