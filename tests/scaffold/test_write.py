"""All files or none, and never over anything."""

from __future__ import annotations

import errno
import os
import subprocess
from pathlib import Path

import pytest

from dashgen.errors import InputError, MachineError
from dashgen.scaffold import write as module
from dashgen.scaffold.write import write

FILES = {"README.md": b"r", "out/chat/a.json": b"a", "out/chat/b.json": b"b", "specs/chat.yaml": b"s"}


def tree(folder: Path) -> dict[str, bytes | None]:
    """Everything below a folder; None for folders."""
    found = sorted(folder.rglob("*"))
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in found}


def refused(folder: Path, *words: str) -> InputError:
    before = tree(folder.parent)
    with pytest.raises(InputError) as caught:
        write(folder, FILES)
    assert [word for word in words if word not in str(caught.value)] == []
    assert tree(folder.parent) == before
    return caught.value


def test_the_folder_and_its_parents_are_made(tmp_path: Path):
    write(tmp_path / "a/b/repo", FILES)
    written = {name: content for name, content in tree(tmp_path / "a/b/repo").items() if content is not None}
    assert written == FILES


def test_what_has_nothing_to_do_with_us_stays(tmp_path: Path):
    for name in ("src/main.py", "specs/README", "out/notes/x", ".git/config"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("mine")
    write(tmp_path, FILES)
    assert (tmp_path / "src/main.py").read_text() == (tmp_path / ".git/config").read_text() == "mine"
    assert (tmp_path / "specs/chat.yaml").read_bytes() == b"s"


def test_every_file_in_the_way_is_named_at_once(tmp_path: Path):
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/chat.yaml").write_text("mine")
    (tmp_path / "README.md").symlink_to("nowhere")
    error = refused(tmp_path, "README.md, specs/chat.yaml", "init overwrites nothing")
    assert len(error.problems) == 1


def test_a_file_or_link_where_a_folder_must_be(tmp_path: Path):
    repo = tmp_path / "repo"
    repo.mkdir()
    (repo / "out").write_text("mine")
    (tmp_path / "elsewhere").mkdir()
    (repo / "specs").symlink_to(tmp_path / "elsewhere")
    assert len(refused(repo, f"{repo}/out: ", f"{repo}/specs: ").problems) == 2


def test_a_file_instead_of_the_folder(tmp_path: Path):
    (tmp_path / "repo").write_text("mine")
    refused(tmp_path / "repo", "this is no folder")


@pytest.mark.parametrize("name", ["specs/other.yaml", "specs/api.yml", "out/old/.dashgen-manifest.json"])
def test_other_deployments_would_make_the_first_check_fail(tmp_path: Path, name: str):
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text("{}")
    refused(tmp_path, f"{tmp_path / name}: the repository has specs or output of its own")


@pytest.mark.parametrize("number", range(len(FILES)))
@pytest.mark.parametrize("existing", [True, False])
def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, existing: bool):
    calls = []

    def fail(_: int) -> None:
        calls.append(1)
        if len(calls) == number + 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(module.os, "fsync", fail)
    folder = tmp_path / "a/repo"
    if existing:
        folder.mkdir(parents=True)
        (folder / "mine").write_text("mine")
    before = tree(tmp_path)
    with pytest.raises(MachineError, match="No space left on device"):
        write(folder, FILES)
    assert tree(tmp_path) == before


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    late = tmp_path / "specs/chat.yaml"

    def appear(_: int) -> None:
        late.parent.mkdir(exist_ok=True)
        late.write_text("mine")

    monkeypatch.setattr(module.os, "fsync", appear)
    with pytest.raises(MachineError, match="another DIR"):
        write(tmp_path, FILES)
    assert tree(tmp_path) == {"specs": None, "specs/chat.yaml": b"mine"}


def test_a_folder_that_cannot_be_written(tmp_path: Path):
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() == 0:  # root may write everywhere but to a disk that is read-only
        mount = ["mount", "-t", "tmpfs", "-o", "ro", "none", folder]
        if subprocess.run(mount, check=False, capture_output=True).returncode:
            pytest.skip("cannot mount here")
    else:
        folder.chmod(0o555)
    try:
        with pytest.raises(MachineError, match="choose another DIR"):
            write(folder / "repo", FILES)
        with pytest.raises(MachineError, match="choose another DIR"):
            write(folder, FILES)
        assert tree(folder) == {}
    finally:
        if os.geteuid() == 0:
            subprocess.run(["umount", "-l", folder], check=False)
        else:
            folder.chmod(0o755)
