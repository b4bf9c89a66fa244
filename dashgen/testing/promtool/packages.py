"""promtool out of the package of a Debian or Ubuntu system, by apt and its signatures; nothing is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from dashgen.testing.promtool.release import UnreachableError

PACKAGES = ("promtool", "prometheus")
"""Those that may have it, the best first: a package of its own since Debian 13, part of the server before."""
_PATIENCE = 600


def fetch_package(folder: Path) -> Path:
    """promtool of the system's package, in ``folder``; needs no root.

    Raises:
        UnreachableError: when there is none.
    """
    missing = [tool for tool in ("apt-get", "dpkg") if shutil.which(tool) is None]
    if missing:
        raise UnreachableError(f"no {missing[0]} here")
    said = ""
    for options in ((), _private(folder)):
        if options:
            said = _run(folder, "apt-get", *options, "update") or said
        for package in PACKAGES:
            said = _run(folder, "apt-get", *options, "download", package) or said
            found = _unpacked(folder, folder.glob(f"{package}_*.deb"))
            if found:
                return found
    raise UnreachableError(f"apt-get download {' / '.join(PACKAGES)}: {said or 'no promtool in them'}")


def _private(folder: Path) -> tuple[str, ...]:
    """Options with lists and a cache of our own: the system's are as old as its last update, and need root."""
    for name in ("lists", "cache"):
        (folder / name).mkdir(exist_ok=True)
    options = (
        f"Dir::State::lists={folder}/lists",
        f"Dir::Cache={folder}/cache",
        "Acquire::Languages=none",
        "Acquire::Retries=1",
        "Acquire::http::Timeout=30",
        "APT::Update::Post-Invoke::=",
        "APT::Update::Post-Invoke-Success::=",
    )
    return tuple(part for option in options for part in ("-o", option))


def _unpacked(folder: Path, packages: Iterable[Path]) -> Path | None:
    for package in packages:
        tree = folder / f"{package.stem}.tree"
        _run(folder, "dpkg", "-x", str(package), str(tree))
        if (tree / "usr/bin/promtool").is_file():
            return tree / "usr/bin/promtool"
    return None


def _run(folder: Path, *command: str) -> str:
    """What went wrong, in a line; empty when nothing did."""
    # apt as root would hand downloads to a user who may not look into our folder.
    sandbox = ("-o", "APT::Sandbox::User=root") if command[0] == "apt-get" else ()
    environment = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            [command[0], *sandbox, *command[1:]],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"{command[0]} did not end within {_PATIENCE} s"
    except OSError as error:
        return f"{command[0]}: {error.strerror or error}"
    if done.returncode == 0:
        return ""
    lines = (done.stderr + done.stdout).decode("utf-8", "replace").splitlines()
    return next((line.strip() for line in lines if line.startswith(("E:", "dpkg"))), f"exit code {done.returncode}")
