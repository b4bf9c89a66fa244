"""promtool out of an official release of Prometheus, checked against the checksums published with it."""

from __future__ import annotations

import hashlib
import http.client
import os
import platform
import shutil
import tarfile
import urllib.error
import urllib.request
import zlib
from pathlib import Path

from dashgen.errors import MachineError

MIRROR = "DASHGEN_PROMETHEUS_RELEASES"
"""Variable with another place for releases; below it, files are laid out as they are on GitHub."""
OFFICIAL = "https://github.com/prometheus/prometheus/releases/download"
_SYSTEMS = {"Linux": "linux", "Darwin": "darwin", "FreeBSD": "freebsd", "OpenBSD": "openbsd", "NetBSD": "netbsd"}
_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64", "i686": "386"}
_MACHINES |= {"armv7l": "armv7", "ppc64le": "ppc64le", "s390x": "s390x", "riscv64": "riscv64"}
_PATIENCE = 30
_BLOCK = 1 << 20


class UnreachableError(Exception):
    """Nothing was fetched, and another way may work: no network, no such release, none for this machine."""


def fetch_release(version: str, folder: Path) -> Path:
    """promtool of a version, in ``folder``.

    Raises:
        UnreachableError: when there is nothing to be had.
        MachineError: when what was fetched is not what was published.
    """
    name = f"prometheus-{version}.{_platform()}"
    base = f"{(os.environ.get(MIRROR) or OFFICIAL).rstrip('/')}/v{version}"
    archive = folder / f"{name}.tar.gz"
    sums = folder / "sha256sums.txt"
    _download(f"{base}/{sums.name}", sums)
    expected = _published(sums, archive.name)
    if expected is None:
        raise UnreachableError(f"{base}/{sums.name} lists no {archive.name}")
    found = _download(f"{base}/{archive.name}", archive)
    if found != expected:
        raise MachineError(
            f"{base}/{archive.name} was not downloaded as it was published "
            f"(sha256 {found}, expected {expected}, {archive.stat().st_size} bytes); it is not used\n"
            "  do this:  try again; if it stays so, something between here and there changes downloads"
        )
    return _extracted(archive, f"{name}/promtool", folder / "promtool")


def _platform() -> str:
    system, machine = platform.system(), platform.machine()
    if system not in _SYSTEMS or machine.lower() not in _MACHINES:
        raise UnreachableError(f"Prometheus is not released as an archive for {system} on {machine}")
    return f"{_SYSTEMS[system]}-{_MACHINES[machine.lower()]}"


def _download(url: str, target: Path) -> str:
    """Fetch a file; its sha256."""
    digest = hashlib.sha256()
    try:
        with urllib.request.urlopen(url, timeout=_PATIENCE) as answer, target.open("wb") as file:
            while block := answer.read(_BLOCK):
                digest.update(block)
                file.write(block)
    except urllib.error.HTTPError as error:
        error.close()
        raise UnreachableError(f"{url}: {error.code} {error.reason}") from None
    except urllib.error.URLError as error:
        raise UnreachableError(f"{url}: {error.reason}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise UnreachableError(f"{url}: {error or type(error).__name__}") from None
    return digest.hexdigest()


def _published(sums: Path, name: str) -> str | None:
    for line in sums.read_text("utf-8", "replace").splitlines():
        digest, _, file = line.partition(" ")
        if file.lstrip(" *") == name:
            return digest.lower()
    return None


def _extracted(archive: Path, member: str, target: Path) -> Path:
    """One plain file of an archive, and nothing else of it."""
    try:
        with tarfile.open(archive, "r:gz") as tar:
            # Members are read one by one: an index would need the whole archive.
            source = next((tar.extractfile(each) for each in tar if each.name == member and each.isreg()), None)
            if source is None:
                raise MachineError(f"{archive.name} has no {member}\n  do this:  try another version (--version)")
            with target.open("wb") as file:
                shutil.copyfileobj(source, file)
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise MachineError(f"{archive.name} cannot be read: {error}\n  do this:  try again") from None
    target.chmod(0o755)
    return target
