"""Gets a promtool into dashgen's cache: from a release of Prometheus, else from the system's packages."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from dashgen.errors import MachineError
from dashgen.testing.promtool.find import Promtool, examine, store
from dashgen.testing.promtool.packages import fetch_package
from dashgen.testing.promtool.release import MIRROR, UnreachableError, fetch_release

DEFAULT = "3.5.0"
"""Fetched when no version is asked for: a release with long-term support."""


def install(version: str | None = None, say: Callable[[str], None] = lambda _: None) -> Promtool:
    """The promtool of a version, from the cache or fetched into it; ``say`` is told what is done.

    Without a version, whatever the system's packages have will do where releases cannot be reached.

    Raises:
        MachineError: when there is no cache, and when nothing could be fetched: what was tried and what to do.
    """
    folder = store()
    if folder is None:
        raise MachineError("there is no cache to put promtool into\n  do this:  unset DASHGEN_CACHE, or set HOME")
    wanted = version or DEFAULT
    # One that does not run, or that somebody put there under a wrong name, is fetched anew.
    with suppress(MachineError):
        present = examine(folder / wanted / "promtool", "dashgen's cache")
        if present.version == wanted:
            say(f"promtool {wanted} is there already")
            return present
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Beside its place: a move within one file system is atomic.
        with tempfile.TemporaryDirectory(prefix=".new-", dir=folder) as scratch:
            return _place(_fetch(wanted, version is not None, Path(scratch), say), folder)
    except OSError as error:
        where = error.filename or folder
        raise MachineError(
            f"cannot write to {where}: {error.strerror or error}\n  do this:  make room there"
        ) from error


def _fetch(wanted: str, exactly: bool, scratch: Path, say: Callable[[str], None]) -> Promtool:
    tried = []
    say(f"fetching Prometheus {wanted} from its releases")
    try:
        found = examine(fetch_release(wanted, scratch), "downloaded")
        if found.version != wanted:
            raise MachineError(f"the release of {wanted} holds promtool {found.version}\n  do this:  report it there")
        return found
    except UnreachableError as error:
        tried.append(str(error))
    say(f"that failed ({tried[0]}); taking promtool out of the system's package, which is not installed")
    try:
        found = examine(fetch_package(scratch), "the system's package")
        if not exactly or found.version == wanted:
            return found
        tried.append(f"the system's package has {found.version}")
    except (UnreachableError, MachineError) as error:
        tried.append(str(error).partition("\n")[0])
    lines = "".join(f"  tried:    {each}\n" for each in tried)
    raise MachineError(
        f"promtool {wanted} could not be fetched\n{lines}"
        f"  do this:  set {MIRROR} to a mirror of the releases, or put a promtool on PATH"
        f"{', or leave --version out' if exactly else ''}"
    )


def _place(found: Promtool, folder: Path) -> Promtool:
    target = folder / found.version / "promtool"
    target.parent.mkdir(exist_ok=True)
    found.path.chmod(0o755)
    shutil.move(found.path, target)
    return Promtool(target, found.version)
