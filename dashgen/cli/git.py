"""Reading a revision with git, as a subprocess without a shell; nothing here writes or runs hooks."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dashgen.errors import InputError, Location, MachineError, Problem

# Set inside git's own hooks, they would point at another repository than the one the folder is in.
_LOCAL = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE")
_SETTINGS = {"LC_ALL": "C", "GIT_LITERAL_PATHSPECS": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository and the folder of interest in it; ``inside`` is that folder relative to ``top``, / as separator."""

    top: Path
    inside: str

    def commit(self, revision: str) -> str | None:
        """The full hash of a revision; None when there is no such commit."""
        done = _git(self.top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        return done.stdout.decode("ascii").strip() if done.returncode == 0 else None

    def files(self, commit: str) -> dict[str, str] | None:
        """Path inside the folder -> object name, of every file there; None when the commit has no such folder."""
        tree = f"{commit}:{self.inside}" if self.inside else f"{commit}^{{tree}}"
        done = _git(self.top, "ls-tree", "-r", "-z", "--full-tree", tree)
        if done.returncode != 0:
            return None
        entries = (entry.partition(b"\t") for entry in done.stdout.split(b"\0") if entry)
        return {
            os.fsdecode(path): fields.split()[2].decode("ascii")
            for fields, _, path in entries
            if fields.split()[1] == b"blob"
        }

    def contents(self, objects: Iterable[str]) -> dict[str, bytes]:
        """Object name -> bytes.

        Raises:
            MachineError: when the repository does not have them all, like a partial clone without its server.
        """
        names = sorted(set(objects))
        done = _git(self.top, "cat-file", "--batch", stdin="".join(f"{name}\n" for name in names).encode("ascii"))
        found: dict[str, bytes] = {}
        position = 0
        for name in names:
            end = done.stdout.find(b"\n", position)
            header = done.stdout[position:end].split() if end >= 0 else []
            if len(header) != 3:
                raise MachineError(f"git: object {name} is missing\n  do this:  git fetch, or git fsck")
            found[name] = done.stdout[end + 1 : end + 1 + int(header[2])]
            position = end + 2 + int(header[2])
        return found

    def tracked(self) -> bool:
        """Whether the index holds anything of the folder: it will be part of the next commit."""
        return bool(_git(self.top, "ls-files", "-z", "--cached", "--", self.inside or ".").stdout)


def repository(folder: Path) -> Repository | None:
    """The repository ``folder`` is in, whether or not the folder exists; None when it is in none.

    Raises:
        InputError: when git refuses to read it (another owner, a bare repository).
        MachineError: when git is not installed.
    """
    wanted = folder.resolve()
    base = next(parent for parent in (wanted, *wanted.parents) if parent.is_dir())
    done = _git(base, "rev-parse", "--show-toplevel")
    if done.returncode != 0:
        reason = done.stderr.decode("utf-8", "replace").strip()
        if "not a git repository" in reason:
            return None
        found = reason.partition("\n")[0].removeprefix("fatal: ")
        action = "compare with a folder instead: dashgen diff ./out"
        if "ownership" in found:
            action = f"git config --global --add safe.directory FOLDER, when you trust the repository; or {action}"
        raise InputError([Problem(Location(str(base)), f"git says: {found}", "a repository git may read", action)])
    top = Path(os.fsdecode(done.stdout.removesuffix(b"\n"))).resolve()
    inside = wanted.relative_to(top).as_posix()
    return Repository(top, "" if inside == "." else inside)


def _git(folder: Path, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment: Mapping[str, str] = {key: value for key, value in os.environ.items() if key not in _LOCAL}
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *arguments],
            input=stdin,
            capture_output=True,
            env={**environment, **_SETTINGS},
            check=False,
        )
    except FileNotFoundError as error:
        raise MachineError(
            "git is not installed\n  do this:  install it, or compare with a folder: dashgen diff ./out"
        ) from error
    except OSError as error:
        raise MachineError(f"git cannot be started: {error.strerror or error}") from error
