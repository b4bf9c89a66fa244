from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dashgen.emit import publish as publishing
from dashgen.emit.manifest import MANIFEST, is_inside
from dashgen.emit.output import Output, check, plan
from dashgen.emit.publish import publish
from dashgen.errors import InputError, MachineError

ONE = Output("chat", "chat.yaml", {"a.json": "one\n", "sub/b.yaml": "b: 1\n"})
TWO = Output("chat", "chat.yaml", {"a.json": "two\n", "sub/c.yaml": "c: 1\n"})


def write(out: Path, *outputs: Output, force: bool = False, all_specs: bool = False) -> None:
    publish(out, plan(out, outputs, force=force, all_specs=all_specs))


def tree(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): p.read_text() for p in sorted(folder.rglob("*")) if p.is_file()}


def kinds(out: Path, output: Output, *, all_specs: bool = False) -> list[tuple[str, str]]:
    return [(d.kind, str(d.path.relative_to(out))) for d in check(out, [output], all_specs=all_specs)]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_write_and_rewrite(out: Path):
    write(out, ONE)
    assert check(out, [ONE]) == []
    write(out, TWO)
    assert set(tree(out)) == {"chat/a.json", "chat/sub/c.yaml", f"chat/{MANIFEST}"}
    assert tree(out)["chat/a.json"] == "two\n"
    assert check(out, [TWO]) == []


def test_unchanged_files_keep_their_time(out: Path):
    write(out, ONE)
    for path in out.rglob("*"):
        os.utime(path, (1, 1))
    write(out, Output("chat", "chat.yaml", {**ONE.files, "a.json": "new\n"}))
    assert (out / "chat/sub/b.yaml").stat().st_mtime == 1
    assert (out / "chat/a.json").stat().st_mtime > 1


def test_an_empty_folder_goes_with_its_last_file(out: Path):
    write(out, ONE)
    write(out, Output("chat", "chat.yaml", {"a.json": "one\n"}))
    assert not (out / "chat/sub").exists()


def test_foreign_files_are_refused_all_at_once(out: Path):
    (out / "chat/sub").mkdir(parents=True)
    (out / "chat/a.json").write_text("mine")
    (out / "chat/sub/b.yaml").write_text("mine too")
    with pytest.raises(InputError) as caught:
        write(out, ONE)
    assert len(caught.value.problems) == 2
    assert "--force" in str(caught.value)
    assert (out / "chat/a.json").read_text() == "mine"
    write(out, ONE, force=True)
    assert tree(out)["chat/a.json"] == "one\n"


def test_a_foreign_file_with_our_bytes_is_adopted(out: Path):
    (out / "chat").mkdir(parents=True)
    (out / "chat/a.json").write_text("one\n")
    write(out, ONE)
    assert check(out, [ONE]) == []


def test_neighbours_stay(out: Path):
    (out / "chat").mkdir(parents=True)
    (out / "chat/notes.md").write_text("mine")
    write(out, ONE)
    write(out, all_specs=True)
    assert tree(out) == {"chat/notes.md": "mine"}


def test_edited_file_is_replaced_and_reported(out: Path):
    write(out, ONE)
    (out / "chat/a.json").write_text("by hand\n")
    (out / "chat/sub/b.yaml").write_text("by hand\n")
    changes = plan(out, [TWO])
    assert changes[0].edited == ["a.json", "sub/b.yaml"]
    publish(out, changes)
    assert tree(out)["chat/a.json"] == "two\n"


def test_linked_folder_is_refused_even_with_force(out: Path, tmp_path: Path):
    (tmp_path / "elsewhere").mkdir()
    out.mkdir()
    (out / "chat").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="symbolic link"):
        write(out, ONE, force=True)
    assert tree(tmp_path / "elsewhere") == {}


def test_linked_inner_folder_is_refused(out: Path, tmp_path: Path):
    write(out, Output("chat", "chat.yaml", {"a.json": "one\n"}))
    (tmp_path / "elsewhere").mkdir()
    (out / "chat/sub").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="symbolic link"):
        write(out, ONE, force=True)


def test_linked_file_is_replaced_not_followed(out: Path, tmp_path: Path):
    write(out, ONE)
    target = tmp_path / "precious"
    target.write_text("one\n")
    (out / "chat/a.json").unlink()
    (out / "chat/a.json").symlink_to(target)
    write(out, TWO)
    assert target.read_text() == "one\n"
    assert not (out / "chat/a.json").is_symlink()


def test_foreign_link_is_refused(out: Path, tmp_path: Path):
    (out / "chat").mkdir(parents=True)
    (out / "chat/a.json").symlink_to(tmp_path / "nowhere")
    with pytest.raises(InputError, match="not written by dashgen"):
        write(out, ONE)
    write(out, ONE, force=True)
    assert not (tmp_path / "nowhere").exists()


def test_removal_does_not_follow_links(out: Path, tmp_path: Path):
    write(out, ONE)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/b.yaml").write_text("b: 1\n")
    (out / "chat/sub/b.yaml").unlink()
    (out / "chat/sub").rmdir()
    (out / "chat/sub").symlink_to(tmp_path / "elsewhere")
    write(out, Output("chat", "chat.yaml", {"a.json": "one\n"}))
    assert (tmp_path / "elsewhere/b.yaml").exists()


@pytest.mark.parametrize(
    "name", ["../x", "/etc/x", "a/../../x", "", ".", "a//b", "./a", MANIFEST, "a\\b", "c:/x", "a\0"]
)
def test_names_that_leave_the_folder(out: Path, name: str):
    assert not is_inside(name)
    write(out, ONE)
    manifest = out / "chat" / MANIFEST
    data = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(data | {"files": {name: "0"}}))
    with pytest.raises(InputError, match="outside its folder"):
        write(out, TWO)
    with pytest.raises(InputError, match="outside its folder"):
        write(out, all_specs=True)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": [], "spec": "a"}', "\xff"])
def test_broken_manifest(out: Path, text: str):
    write(out, ONE)
    (out / "chat" / MANIFEST).write_text(text, encoding="latin-1")
    with pytest.raises(InputError, match="not a manifest"):
        write(out, TWO)
    write(out, TWO, force=True)
    assert check(out, [TWO]) == []


def test_vanished_spec(out: Path):
    other = Output("code", "code.yaml", {"x.json": "x\n"})
    write(out, ONE, other)
    assert kinds(out, ONE) == []
    assert kinds(out, ONE, all_specs=True) == [("extra", "code/x.json"), ("extra", f"code/{MANIFEST}")]
    write(out, ONE)
    assert (out / "code").exists()
    write(out, ONE, all_specs=True)
    assert not (out / "code").exists()


def test_check_names_what_differs(out: Path):
    assert [kind for kind, _ in kinds(out, ONE)] == ["missing", "missing", "missing"]
    write(out, ONE)
    drift = {str(d.path.relative_to(out)): d for d in check(out, [TWO])}
    assert {name: d.kind for name, d in drift.items()} == {
        "chat/a.json": "changed",
        "chat/sub/c.yaml": "missing",
        "chat/sub/b.yaml": "extra",
        f"chat/{MANIFEST}": "changed",
    }
    assert "-one\n+two\n" in drift["chat/a.json"].diff


def test_out_is_a_file(out: Path):
    out.write_text("x")
    with pytest.raises(MachineError, match="--out"):
        write(out, ONE)


def test_out_chat_is_a_file(out: Path):
    out.mkdir()
    (out / "chat").write_text("x")
    with pytest.raises(InputError, match="in the way"):
        write(out, ONE)


@pytest.mark.parametrize("call", ["write", "fsync", "link", "replace", "unlink", "mkdir"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_a_failure_at_any_step_leaves_the_old_output_whole(
    out: Path, monkeypatch: pytest.MonkeyPatch, call: str, code: int
):
    write(out, ONE)
    before = tree(out)
    owner, name = {
        "write": (publishing, "_write"),
        "fsync": (os, "fsync"),
        "link": (os, "link"),
        "replace": (Path, "replace"),
        "unlink": (Path, "unlink"),
        "mkdir": (Path, "mkdir"),
    }[call]
    for step in range(20):
        real = getattr(owner, name)
        done = 0

        def fail(*args: object, real=real, step=step, **kwargs: object) -> object:
            nonlocal done
            done += 1
            if done == step + 1:
                raise OSError(code, os.strerror(code))
            return real(*args, **kwargs)

        with monkeypatch.context() as patch:
            patch.setattr(owner, name, fail)
            try:
                write(out, TWO)
            except MachineError as error:
                assert error.exit_code == 3
                assert "do this" in str(error)
                assert tree(out) == before
            else:
                break
    assert check(out, [TWO]) == []
    assert not list(out.glob(".dashgen-tmp*"))


def test_stale_temporary_folders_go(out: Path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (out / f".dashgen-tmp-chat-{dead.pid}/new").mkdir(parents=True)
    alive = out / f".dashgen-tmp-chat-{os.getppid()}"
    alive.mkdir()
    write(out, ONE)
    assert [p.name for p in out.glob(".dashgen-tmp*")] == [alive.name]


def test_nothing_to_do_touches_nothing(out: Path):
    write(out, ONE)
    before = out.stat().st_mtime_ns
    write(out, ONE)
    assert out.stat().st_mtime_ns == before


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
@pytest.mark.parametrize("size", ["16k", "64k"])
def test_full_disk(tmp_path: Path, size: str):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", disk], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("cannot mount here")
    try:
        small = Output("chat", "chat.yaml", {"a.json": "one\n"})
        write(disk / "out", small)
        before = tree(disk / "out")
        with pytest.raises(MachineError, match="disk space"):
            write(disk / "out", Output("chat", "chat.yaml", {"a.json": "x" * 200_000}))
        assert tree(disk / "out") == before
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        assert check(disk / "out", [small]) == []
        write(disk / "out", small)
        with pytest.raises(MachineError, match="read-only"):
            write(disk / "out", Output("chat", "chat.yaml", {"a.json": "two\n"}))
    finally:
        subprocess.run(["umount", "-l", disk], check=False)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_folder(out: Path):
    write(out, ONE)
    (out / "chat").chmod(0o555)
    out.chmod(0o555)
    try:
        assert check(out, [ONE]) == []
        with pytest.raises(MachineError, match="permission"):
            write(out, TWO)
        assert check(out, [ONE]) == []
    finally:
        out.chmod(0o755)
        (out / "chat").chmod(0o755)
