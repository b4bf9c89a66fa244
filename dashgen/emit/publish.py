"""Writing: everything goes to a temporary sibling first, then file by file into place, manifest last.

A crash at any point leaves every file whole, old or new; an error that can still be handled puts the old
files back.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from dashgen.emit.machine import machine_errors
from dashgen.emit.manifest import MANIFEST, Manifest
from dashgen.emit.output import TEMPORARY, Changes

_JOURNAL = ".dashgen-journal.json"
_FEW = 50
_THREADS = 8


def publish(out: Path, changes: Sequence[Changes]) -> None:
    """Bring the output folder to the state the changes describe.

    Everything is on disk before the first file of any spec is replaced; files that do not change are
    not touched, and nothing at all is when nothing changes.

    Raises:
        MachineError: when the disk is full, read-only or forbidden; the old output is whole then.
    """
    needed = [change for change in changes if change.needed]
    if not needed:
        _remove_what_a_crash_left(out)
        return
    with machine_errors(f"cannot write {out}"), ExitStack() as stack:
        out.mkdir(parents=True, exist_ok=True)
        stack.enter_context(_lock(out))
        _remove_stale_temporaries(out)
        staged = [(change, stack.enter_context(_stage(out, change))) for change in needed]
        _fill(staged)
        for change, stage in staged:
            _commit(change, stage)
        _in_threads(_make_last, [(folder,) for folder in (out, *(change.folder for change in needed))])


def _remove_what_a_crash_left(out: Path) -> None:
    """Temporaries of a build that was killed after its last rename; a read-only folder keeps them."""
    with contextlib.suppress(OSError):
        listed = [path.name for path in out.iterdir()]
        if any(TEMPORARY.fullmatch(name) for name in listed):
            with _lock(out):
                _remove_stale_temporaries(out)


@contextmanager
def _lock(out: Path) -> Iterator[None]:
    """One build at a time; best effort, since some network file systems cannot lock."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    handle = os.open(out, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _remove_stale_temporaries(out: Path) -> None:
    for folder in out.iterdir():
        match = TEMPORARY.fullmatch(folder.name)
        if match and not folder.is_symlink() and not _alive(int(match[2])):
            shutil.rmtree(folder, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return pid != os.getpid()


@contextmanager
def _stage(out: Path, change: Changes) -> Iterator[Path]:
    """A folder for the new files of one spec, and for second names of the old; gone afterwards."""
    stage = out / f".dashgen-tmp-{change.name}-{os.getpid()}"
    try:
        (stage / "new").mkdir(parents=True)
        (stage / "old").mkdir()
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _fill(staged: Sequence[tuple[Changes, Path]]) -> None:
    """Write the new files of every spec, whole and on disk."""
    files = [file for change, stage in staged for file in _files(change, stage)]
    _in_threads(_write, files)


def _in_threads(function: Callable[..., None], calls: Sequence[tuple[Any, ...]]) -> None:
    """Make the calls, many of them in threads: each waits for the disk, and threads wait together."""
    if len(calls) <= _FEW:
        for call in calls:
            function(*call)
        return
    from concurrent.futures import ThreadPoolExecutor  # few builds need it

    with ThreadPoolExecutor(_THREADS) as threads:
        for _ in threads.map(lambda call: function(*call), calls):
            pass  # raises the first failure, and then starts no other call


def _files(change: Changes, stage: Path) -> Iterator[tuple[Path, Callable[[], bytes]]]:
    """(path, how to get its bytes) of everything that has to be on disk before the first rename."""
    for name in change.written:
        yield stage / "new" / name, partial(change.content, name)
    if change.manifest is not None:
        yield stage / "new" / MANIFEST, change.manifest.encode
        yield stage / _JOURNAL, _journal(change, change.manifest).encode


def _journal(change: Changes, manifest: Manifest) -> Manifest:
    """Old and new files as ours: a build killed half-way must not find its own files foreign."""
    old = change.old.files if change.old else {}
    return Manifest(manifest.spec, {**manifest.files, **old})


def _write(path: Path, content: Callable[[], bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        stream.write(content())
        stream.flush()
        os.fsync(stream.fileno())


def _commit(change: Changes, stage: Path) -> None:
    undo: list[tuple[Path, Path | None]] = []
    made: list[Path] = []
    try:
        made += _make_folders([change.folder / name for name in change.written] or [change.folder / MANIFEST])
        if change.manifest is not None and (change.of("added") or change.removed):
            _replace(stage / _JOURNAL, change.folder / MANIFEST, stage, undo)
        for name in change.written:
            _replace(stage / "new" / name, change.folder / name, stage, undo)
        for name in change.removed:
            _remove(change.folder / name, stage, undo)
        if change.manifest is not None:
            _replace(stage / "new" / MANIFEST, change.folder / MANIFEST, stage, undo)
        else:
            _remove(change.folder / MANIFEST, stage, undo)
    except BaseException:
        _roll_back(undo, made)
        raise
    _tidy(change)


def _make_folders(files: Sequence[Path]) -> list[Path]:
    made: list[Path] = []
    for folder in sorted({file.parent for file in files}):
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        made += reversed(missing)
    return made


def _replace(source: Path, target: Path, stage: Path, undo: list[tuple[Path, Path | None]]) -> None:
    undo.append((target, _keep(target, stage, len(undo))))
    source.replace(target)


def _remove(target: Path, stage: Path, undo: list[tuple[Path, Path | None]]) -> None:
    undo.append((target, _keep(target, stage, len(undo))))
    target.unlink()


def _keep(target: Path, stage: Path, number: int) -> Path | None:
    """A second name for the old file, to put it back from."""
    if not target.is_symlink() and not target.exists():
        return None
    kept = stage / "old" / str(number)
    try:
        os.link(target, kept, follow_symlinks=False)
    except OSError:  # a file system without hard links
        shutil.copy2(target, kept, follow_symlinks=False)
    return kept


def _roll_back(undo: Sequence[tuple[Path, Path | None]], made: Sequence[Path]) -> None:
    for target, kept in reversed(undo):
        with contextlib.suppress(OSError):
            if kept is None:
                target.unlink(missing_ok=True)
            else:
                kept.replace(target)
    for folder in reversed(made):
        with contextlib.suppress(OSError):
            folder.rmdir()


def _tidy(change: Changes) -> None:
    """Remove folders that are empty now."""
    removed = [change.folder / name for name in change.removed]
    folders = {parent for path in removed for parent in path.parents if change.folder in parent.parents}
    for folder in sorted(folders, reverse=True):
        with contextlib.suppress(OSError):
            folder.rmdir()
    if change.manifest is None:
        with contextlib.suppress(OSError):
            change.folder.rmdir()


def _make_last(folder: Path) -> None:
    """Put the renames in a folder on disk, where the file system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
