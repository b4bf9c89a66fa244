"""The list of files dashgen wrote into a folder: what it may replace and remove there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from dashgen.errors import InputError, Location, Problem

MANIFEST = ".dashgen-manifest.json"


def digest(content: bytes) -> str:
    """Content hash as the manifest stores it."""
    return hashlib.sha256(content).hexdigest()


def is_inside(name: str) -> bool:
    """Whether a file name stays in its folder: relative, canonical, and not the manifest itself."""
    path = PurePosixPath(name)
    odd = not name or "\\" in name or "\x00" in name or ":" in name.split("/", maxsplit=1)[0]
    return not (odd or path.is_absolute() or ".." in path.parts or str(path) != name or name in (".", MANIFEST))


@dataclass(frozen=True, slots=True)
class Manifest:
    """File name -> sha256 of what dashgen wrote, and the spec file it was made from.

    No generator version and no time: the same spec gives the same bytes.
    """

    spec: str
    files: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, spec: str, contents: Mapping[str, bytes]) -> Manifest:
        """The manifest of files about to be written."""
        return cls(spec, {name: digest(content) for name, content in contents.items()})

    def encode(self) -> bytes:
        """The bytes of the manifest file."""
        data = {"files": dict(self.files), "generator": "dashgen", "spec": self.spec}
        return (json.dumps(data, sort_keys=True, indent=2) + "\n").encode("ascii")


def read_manifest(folder: Path, *, force: bool = False) -> Manifest | None:
    """The manifest of an output folder; None when there is none (or with ``force`` when it is broken).

    Raises:
        InputError: when it is no manifest, or names a file outside its folder.
    """
    path = folder / MANIFEST
    if path.is_symlink():
        raise _refused(path, "the manifest is a symbolic link", "a regular file")
    if not path.exists():
        return None
    try:
        data = json.loads(path.read_bytes())
        manifest = Manifest(str(data["spec"]), {str(k): str(v) for k, v in data["files"].items()})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if force:
            return None
        raise _refused(path, "this is not a manifest of dashgen", "JSON with files and spec") from error
    outside = [name for name in manifest.files if not is_inside(name)]
    if outside:
        found = f"the manifest names files outside its folder: {', '.join(map(repr, outside))}"
        raise _refused(path, found, "relative names without `..`")
    return manifest


def _refused(path: Path, found: str, expected: str) -> InputError:
    action = f"restore {path} from version control, or remove it and build with --force"
    return InputError([Problem(Location(str(path)), found, expected, action)])
