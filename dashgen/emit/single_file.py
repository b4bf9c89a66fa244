"""One file of text that a command writes where its user says: whole or not at all, and never over somebody's own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from dashgen.emit.machine import machine_errors
from dashgen.errors import InputError, Location, Problem


def check_file(path: Path, *, what: str, ours: Callable[[bytes], bool]) -> None:
    """Whether ``replace_file`` could write it, for commands that work long before they do.

    Raises:
        InputError: when the file is there and is something else.
        MachineError: when it cannot be written.
    """
    with machine_errors(f"cannot write {path}", place="file"):
        if path.exists() and (not path.is_file() or not _is_ours(path, ours)):
            problem = Problem(
                Location(str(path)),
                f"exists and is no {what} that dashgen wrote",
                f"a new file, or an older {what} to replace",
                "name another file, or delete this one",
            )
            raise InputError([problem])
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}."):
            pass


def replace_file(path: Path, text: str, *, what: str, ours: Callable[[bytes], bool]) -> None:
    """Write the file in one step. ``what`` it is, for messages; ``ours`` knows one written before by its bytes.

    Raises:
        InputError: when the file is there and is something else.
        MachineError: when it cannot be written.
    """
    check_file(path, what=what, ours=ours)
    swap(path, text.encode("utf-8"))


def swap(path: Path, content: bytes, mode: int = 0o644) -> None:
    """The new content in one step: whoever reads sees the old file or the new one. A link stays one.

    Raises:
        MachineError: when it cannot be written; the old file is then as it was.
    """
    path = path.resolve()
    with (
        machine_errors(f"cannot write {path}", place="file"),
        tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file,
    ):
        temporary = Path(file.name)
        try:
            file.write(content)
            file.close()
            temporary.chmod(mode)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def _is_ours(path: Path, ours: Callable[[bytes], bool]) -> bool:
    found = path.read_bytes()
    return not found or ours(found)
