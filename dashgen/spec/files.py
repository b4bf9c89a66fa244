"""Which files are specs, and their text; everything that can be wrong with a file before it is YAML."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from pathlib import Path

from dashgen.errors import InputError, Location, MachineError, Problem
from dashgen.spec.form import SPEC, Kind
from dashgen.spec.yaml_syntax import Lines

DEFAULT_FOLDER = Path("specs")
MAX_BYTES = 1 << 20
_SUFFIXES = (".yaml", ".yml")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def find_specs(args: Sequence[Path] = ()) -> tuple[Path, ...]:
    """The spec files meant by the arguments: files as given, folders as their ``*.yaml`` and ``*.yml``.

    Without arguments the folder ``specs``. A file named twice is listed once.

    Raises:
        InputError: for each argument that does not exist and each folder without specs.
        MachineError: for a folder that may not be listed.
    """
    found: dict[Path, Path] = {}
    problems = []
    for arg in args or (DEFAULT_FOLDER,):
        try:
            if arg.is_dir():
                files = sorted(path for path in arg.iterdir() if path.suffix in _SUFFIXES and path.is_file())
                if not files:
                    problems.append(_empty_folder(arg))
            elif arg.exists():
                files = [arg]
            else:
                problems.append(missing(arg, default=not args))
                continue
            for path in files:
                found.setdefault(path.resolve(), path)
        except (OSError, ValueError) as error:
            problems.append(unusable(arg, error))
    if problems:
        raise InputError(problems)
    return tuple(found.values())


def _empty_folder(folder: Path) -> Problem:
    return Problem(
        Location(str(folder)),
        "a folder without specs",
        "files that end in .yaml or .yml",
        "add one, or name another folder",
    )


def missing(path: Path, *, default: bool = False, kind: Kind = SPEC) -> Problem:
    """The problem of a path that does not exist, with the sibling that was probably meant."""
    from dashgen.spec.words import closest

    if default:
        return Problem(
            Location(str(path)),
            "no such folder; it is where specs are read from when none is named",
            "a spec file, or a folder of them",
            "create it, or name the files",
        )
    try:
        siblings = [other.name for other in path.parent.iterdir()]
    except (OSError, ValueError):
        siblings = []
    meant = closest(path.name, siblings)
    action = f"did you mean `{path.parent / meant}`?" if meant else "check the path"
    return Problem(Location(str(path)), "no such file", f"a {kind.name} file, or a folder of them", action)


def unusable(path: Path, error: OSError | ValueError, kind: Kind = SPEC) -> Problem:
    """The problem of a path that cannot be opened.

    Raises:
        MachineError: when the reason is this machine: permission, a failing disk, too many open files.
    """
    reason = getattr(error, "strerror", None) or str(error)
    if isinstance(error, OSError) and error.errno not in (errno.ENAMETOOLONG, errno.ENOTDIR, errno.ELOOP):
        raise MachineError(f"{path}: cannot be read: {reason}") from error
    return Problem(Location(str(path)), f"cannot be opened: {reason}", f"a {kind.name} file", "check the path")


def read_text(path: Path, kind: Kind = SPEC) -> str:
    """The text of a spec file, or another ``kind``, without a byte order mark.

    Raises:
        InputError: missing, a folder, too large, not UTF-8 text.
        MachineError: not permitted.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise InputError([missing(path, kind=kind)]) from error
    except IsADirectoryError as error:
        problem = Problem(
            Location(str(path)),
            "a folder",
            f"a {kind.name} file",
            "name the file, or the folder on the command line",
        )
        raise InputError([problem]) from error
    except (OSError, ValueError) as error:
        raise InputError([unusable(path, error, kind)]) from error
    problem_found = _content_problem(path, data, kind)
    if problem_found:
        raise InputError([problem_found])
    return data.decode("utf-8-sig")


def _content_problem(path: Path, data: bytes, kind: Kind) -> Problem | None:
    where = Location(str(path))
    if len(data) > MAX_BYTES:
        return Problem(where, "a file larger than 1 MiB", f"a {kind.name} of a few kilobytes", "check the path")
    if data.startswith(_UTF16):
        return Problem(where, "a UTF-16 file (it begins with its byte order mark)", "UTF-8", "save the file as UTF-8")
    if b"\x00" in data:
        return Problem(
            where,
            f"a binary file (NUL at byte offset {data.index(0)})",
            "UTF-8 text",
            "check the path, or save the file as UTF-8",
        )
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        offset = error.start
        before = data[:offset].decode("utf-8")
        return Problem(
            Location(str(path), *Lines(before).position(len(before))),
            f"the byte 0x{data[offset]:02x} at offset {offset} is not UTF-8",
            "UTF-8 text",
            "save the file as UTF-8, or remove the byte",
        )
    return None
