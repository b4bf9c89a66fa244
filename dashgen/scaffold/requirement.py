"""What pip is told to install in the new repository: this dashgen, and never another project of the same name."""

from __future__ import annotations

import json
from importlib import metadata
from typing import Any
from urllib.parse import unquote, urlsplit

from dashgen import __version__

WHEELS = "wheels"


def installed_from() -> dict[str, Any]:
    """What the installer noted about this dashgen (PEP 610); empty when it came from an index."""
    try:
        text = metadata.distribution("dashgen").read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return {}
    return dict(json.loads(text)) if text else {}


def default_requirement() -> str:
    """The commit or archive this dashgen was installed from; else a wheel that is kept in the repository.

    A bare ``dashgen==…`` is never assumed: on PyPI that name is somebody else's project.
    """
    origin = installed_from()
    url = str(origin.get("url", ""))
    vcs = origin.get("vcs_info") or {}
    if vcs.get("commit_id") and not url.startswith("file:"):
        folder = f"#subdirectory={origin['subdirectory']}" if origin.get("subdirectory") else ""
        return f"dashgen @ {vcs['vcs']}+{url}@{vcs['commit_id']}{folder}"
    if "archive_info" in origin and url.startswith("https:"):
        return f"dashgen @ {url}"
    return f"./{WHEELS}/dashgen-{__version__}-py3-none-any.whl"


def wheel_command(requirement: str) -> str | None:
    """The command that makes the wheel a requirement names; None when the requirement is no such wheel."""
    import shlex

    if not requirement.startswith(f"./{WHEELS}/"):
        return None
    origin = installed_from()
    url = str(origin.get("url", ""))
    source = shlex.quote(unquote(urlsplit(url).path)) if url.startswith("file:") else f"dashgen=={__version__}"
    return f"pip wheel --no-deps --wheel-dir {WHEELS} {source}"
