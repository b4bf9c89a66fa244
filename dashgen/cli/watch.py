"""Run again whenever a file changes that a run reads: specs, the rules beside them, extensions, what else is named.

Files are looked at twice a second, which works on every file system, network and container mounts included.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from dashgen.cli.console import progress, visible
from dashgen.errors import DashgenError

_EVERY = 0.5
_SETTLED = 0.1
_EXTEND = re.compile(rb"""\bextend["']?[ \t]*:[ \t]*["']?([^"'\s,}#]+\.py):[A-Za-z_]""")

Seen = dict[Path, tuple[int, int, int]]
"""File -> modification time, size, inode."""


def watch(
    args: Sequence[Path], first: Callable[[], object], again: Callable[[], object], also: Sequence[Path] = ()
) -> NoReturn:
    """Run, and again after every change, until Ctrl-C. An error is shown, and the next change is waited for.

    ``args`` are the specs; ``also`` are other files and folders that are read.

    Raises:
        KeyboardInterrupt: the only way this ends.
    """
    run = first
    while True:
        more = [*_extensions(args), *_below(also)]
        # Looked at before the run reads them: what changes meanwhile is read next.
        seen = _look(args, more)
        try:
            run()
        except DashgenError as error:
            print("\n".join(map(visible, str(error).split("\n"))), file=sys.stderr)
        sys.stdout.flush()
        progress(f"watching {len(seen)} file(s); Ctrl-C ends")
        while _look(args, more) == seen:
            time.sleep(_EVERY)
        _settle(args, more)
        run = again


def _settle(args: Sequence[Path], more: Sequence[Path]) -> None:
    """Wait until an editor, or a checkout, has written what it is writing."""
    before: Seen | None = None
    while (now := _look(args, more)) != before:
        before = now
        time.sleep(_SETTLED)


def _look(args: Sequence[Path], more: Iterable[Path]) -> Seen:
    seen: Seen = {}
    for path in (*_specs(args), *_rules(args), *more):
        with suppress(OSError):
            found = path.stat()
            seen[path] = (found.st_mtime_ns, found.st_size, found.st_ino)
    return seen


def _specs(args: Sequence[Path]) -> Iterator[Path]:
    from dashgen.spec.files import DEFAULT_FOLDER

    for arg in args or (DEFAULT_FOLDER,):
        try:
            yield from sorted(path for path in arg.iterdir() if path.suffix in (".yaml", ".yml"))
        except OSError:
            yield arg


def _rules(args: Sequence[Path]) -> Iterator[Path]:
    from dashgen.folders import own_rules

    yield from _below(sorted({own_rules(path) for path in _specs(args)}))


def _below(paths: Iterable[Path]) -> Iterator[Path]:
    """Files as they are, folders as every file below them."""
    for root in paths:
        if root.is_file():
            yield root
        for place, _, names in os.walk(root):
            yield from (Path(place) / name for name in names)


def _extensions(args: Sequence[Path]) -> Iterator[Path]:
    """The files specs name in ``extend``, read from their text: a spec may be half-written."""
    for spec in _specs(args):
        with suppress(OSError):
            for match in _EXTEND.finditer(spec.read_bytes()):
                yield spec.parent / os.fsdecode(match[1])
