from __future__ import annotations

import errno

import pytest

from dashgen.errors import InputError, MachineError
from dashgen.spec.load import find_specs, load_specs
from tests.spec.conftest import SMALLEST


def message(call, *args):
    with pytest.raises(InputError) as error:
        call(*args)
    return str(error.value)


def test_files_as_given_and_folders_sorted(tmp_path):
    folder = tmp_path / "specs"
    folder.mkdir()
    for name in ("b.yml", "a.yaml", "notes.txt"):
        (folder / name).touch()
    single = tmp_path / "z.conf"
    single.touch()
    assert find_specs([single, folder, folder / "a.yaml"]) == (single, folder / "a.yaml", folder / "b.yml")


def test_default_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "specs: no such folder" in message(find_specs)
    (tmp_path / "specs").mkdir()
    assert "specs: a folder without specs" in message(find_specs)
    (tmp_path / "specs" / "chat.yaml").touch()
    assert [str(path) for path in find_specs()] == ["specs/chat.yaml"]


def test_every_missing_argument_is_reported_with_the_sibling_meant(tmp_path):
    (tmp_path / "chat.yaml").touch()
    text = message(find_specs, [tmp_path / "chatt.yaml", tmp_path / "nothing" / "x.yaml"])
    assert f"did you mean `{tmp_path}/chat.yaml`?" in text
    assert text.count("no such file") == 2
    assert "no such file" in message(load_specs, [tmp_path / "chatt.yaml"])


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (b"# nothing yet\n\n", "a file without content, only comments or blanks"),
        (b"---\n", "a file without content, only comments or blanks"),
        (b"- a\n", ":1:1: the top level is a list of 1"),
        (b"chat\n", ':1:1: the top level is "chat"'),
        (b"{}\n", ":1:1: the top level is an empty mapping"),
        (b"name: a\x00b", "a binary file (NUL at byte offset 7)"),
        (b"a: 1\nname: caf\xe9\n", ":2:10: the byte 0xe9 at offset 14 is not UTF-8"),
        ("name: chat".encode("utf-16"), "a UTF-16 file (it begins with its byte order mark)"),
        (b"#" * (1024 * 1024 + 1), "a file larger than 1 MiB"),
    ],
)
def test_what_is_no_spec_at_all(write, content, found):
    with pytest.raises(InputError) as error:
        load_specs([write(content)])
    (problem,) = error.value.problems
    assert found in str(problem)
    assert problem.action


def test_a_utf8_byte_order_mark_is_fine(write):
    assert load_specs([write(b"\xef\xbb\xbf" + SMALLEST.encode())])[0].spec.name == "chat"


def test_a_folder_instead_of_a_file(tmp_path):
    assert "a folder" in message(load_specs, [tmp_path])


def test_a_file_that_may_not_be_read_is_the_machines_fault(write, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    path = write(SMALLEST)
    monkeypatch.setattr(type(path), "open", refuse)
    with pytest.raises(MachineError, match="cannot be read: Permission denied"):
        load_specs([path])


def test_a_path_that_cannot_exist(tmp_path):
    assert "cannot be opened" in message(load_specs, [tmp_path / ("x" * 300)])
    assert "cannot be opened" in message(load_specs, [tmp_path / "a\x00b"])
