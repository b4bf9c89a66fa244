"""Failures of the machine as messages: what failed, why, what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from dashgen.errors import MachineError

_ADVICE = {
    errno.ENOSPC: "free some disk space",
    errno.EDQUOT: "free some disk space, the quota is used up",
    errno.EACCES: "give this user write permission, or choose another {place}",
    errno.EPERM: "give this user write permission, or choose another {place}",
    errno.EROFS: "the file system is read-only: remount it, or choose another {place}",
    errno.ENOTDIR: "a file stands where a folder must be: move it away, or choose another {place}",
    errno.EEXIST: "a file stands where a folder must be: move it away, or choose another {place}",
    errno.ENAMETOOLONG: "choose a shorter {place}",
}


@contextmanager
def machine_errors(action: str, *, place: str = "--out") -> Iterator[None]:
    """Turn an ``OSError`` into a MachineError that says ``action`` failed; ``place`` is what the user may change.

    Raises:
        MachineError: exit code 3.
    """
    try:
        yield
    except OSError as error:
        advice = _ADVICE.get(error.errno or 0, "check the disk and its permissions, then try again").format(place=place)
        file = f" ({error.filename})" if error.filename else ""
        raise MachineError(f"{action}: {error.strerror or error}{file}\n  do this:  {advice}") from error
