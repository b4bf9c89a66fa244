"""What cannot be read is said in one message, with its place; the rest is read all the same."""

from __future__ import annotations

import base64
import gzip
import json
import time
import tracemalloc
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dashgen.lint.positions import locate
from dashgen.lint.readers.decode import MAX_BYTES, decode
from dashgen.lint.readers.read import UnreadableError, read
from tests.lint.readers.test_kinds import BOARD, EXPR, HOLDERS

RULES = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up == 0\n"
BROKEN = {
    "truncated": ("a.json", '{"panels": [{"title": "x"}', (1, 26), "the JSON ends in the middle"),
    "in a text": ("a.json", '{"title": "x', (1, 11), "a text without its closing quote"),
    "comma": ("a.json", '{\n "a": 1\n "b": 2}', (3, 2), "expecting ',' delimiter"),
    "stdin": ("-", '{"a": 1,}', (1, 8), "a comma with nothing behind it"),
    "conflict": (
        "a.json",
        '{\n<<<<<<< HEAD\n"a": 1\n=======\n"a": 2\n>>>>>>> b\n}',
        (2, 1),
        "a conflict marker of Git",
    ),
    "conflict in YAML": ("a.yaml", "a:\n<<<<<<< HEAD\n  - b\n=======\n  - c\n>>>>>>> b\n", (2, 1), "a conflict marker"),
    "pointer": ("a.json", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", (1, 1), "Git LFS"),
    "empty": ("a.json", " \n", (1, 1), "an empty file"),
    "tab": ("a.yaml", "groups:\n\t- name: g\n", (2, 1), "a tab where only blanks may indent"),
    "helm": ("a.yaml", "a: 1\n{{- if .Values.rules }}\nb: 2\n{{- end }}\n", (2, 1), "a template of Helm"),
    "helm value": ("a.yaml", "name: {{ .Release.Name }}\nb: [\n", (1, 7), "a template of Helm"),
    "control": ("a.yaml", "a: \x01\n", (1, 4), "U+0001"),
    "quote": ("a.yaml", 'a: 1\nb: "x\n', (3, 1), "unexpected end of stream"),
    "indentation": ("a.yaml", "a:\n  - b\n - c\n", (3, 2), "did not find expected key"),
    "no alias": ("a.yaml", "a: *b\n", (1, 4), "stands for nothing"),
    "itself": ("a.yaml", "a: &a [*a]\n", (1, 8), "inside of what it stands for"),
    "bomb": (
        "a.yaml",
        "a: &a ["
        + "x," * 9
        + "x]\n"
        + "".join(f"{b}: &{b} [{', '.join(['*' + a] * 10)}]\n" for a, b in pairwise("abcdefghi")),
        (6, 8),
        "aliases stand for more than 200,000 values",
    ),
    "nested JSON": ("a.json", "[" * 100_000 + "]" * 100_000, (1, 1), "nested more than 200 levels deep"),
    "nested YAML": ("a.yaml", "[" * 100_000, (1, 201), "nested more than 200 levels deep"),
    "nested blocks": ("a.yaml", "- " * 100_000 + "a", (1, 401), "nested more than 200 levels deep"),
    "many values": ("a.yaml", "- a\n" * 600_000, (500_001, 3), "more than 500,000 values"),
    "many objects": ("-", "[" + "{}," * 600_000 + "[" * 900_000, (1, 1), "more than 500,000 values"),
    "surrogate": ("a.yaml", "a: \ud800", (1, 4), "surrogate"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_one_message_with_a_place(name: str) -> None:
    file, text, (line, column), message = BROKEN[name]
    began = time.process_time()
    with pytest.raises(UnreadableError) as caught:
        list(read(file, text))
    assert message in str(caught.value).lower() or message in str(caught.value)
    assert "\n" not in str(caught.value)
    spot = locate(caught.value.place)
    assert (spot.file, spot.line, spot.column) == (file, line, column)
    assert time.process_time() - began < 4


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ('{"panels": [], "title": "a", "title": "b"}', (1, 30), "the key `title` is there twice"),
        ('{"panels": [], "title": "a", "x": NaN}', (1, 35), "`NaN`, which is no number"),
        ('{"panels": [], "title": "a", "x": [-Infinity]}', (1, 36), "`-Infinity`"),
        ('\ufeff{"panels": [], "title": "a"}', (1, 1), "a byte order mark"),
        (RULES + "    expr: up == 1\n", (6, 5), "the key `expr` is there twice"),
    ],
)
def test_what_is_wrong_and_can_be_read(text: str, place: tuple[int, int], message: str) -> None:
    (found,) = read("a", text)
    assert found.dashboards or found.groups
    (error,) = found.unreadable
    assert message in str(error)
    spot = locate(error.place)
    assert (spot.line, spot.column) == place


def test_huge_integers_and_a_byte_order_mark_in_yaml_are_no_matter() -> None:
    digits = "9" * 10_000
    assert next(read("a", f'{{"panels": [], "id": {digits}}}')).dashboards
    assert next(read("a", f"\ufeff{RULES}    x: {digits}\n    y: 0x{digits}\n")).groups


def test_tags_of_others_are_no_matter() -> None:
    (found,) = read("a", RULES.replace("up == 0", "!Sub 'up == 0'") + "x: !<tag:a> {a: !!python/object:os.x b}\n")
    assert [each.text for each in found.expressions] == ["up == 0"]


def test_documents_before_the_broken_one_are_read() -> None:
    found = read("a", f"{RULES}---\na: [\n")
    assert next(found).groups
    with pytest.raises(UnreadableError):
        next(found)


def test_a_broken_text_in_a_config_map() -> None:
    text = (
        'apiVersion: v1\nkind: ConfigMap\ndata:\n  a.json: |\n    {\n      "panels": [\n  b.json: \'{"theirs": 1,}\'\n'
    )
    (found,) = read("a", text)
    (error,) = found.unreadable
    spot = locate(error.place)
    assert (spot.line, spot.column, spot.source) == (6, 17, '      "panels": [')


@pytest.mark.parametrize(
    "value",
    [
        "no base64",
        base64.b64encode(gzip.compress(b"x" * 100, mtime=0)[:20]).decode(),
        base64.b64encode(b"\xff").decode(),
    ],
)
def test_data_that_cannot_be_unpacked(value: str) -> None:
    (found,) = read("a", json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "binaryData": {"a.json.gz": value}}))
    assert [locate(each.place).line for each in found.unreadable] == [1]


def test_a_packed_bomb_is_not_unpacked() -> None:
    bomb = base64.b64encode(gzip.compress(bytes(3 * MAX_BYTES), 1)).decode()
    tracemalloc.start()
    (found,) = read("a", json.dumps({"apiVersion": "x/v1", "kind": "GrafanaDashboard", "spec": {"gzipJson": bomb}}))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "more than 50 MB" in str(found.unreadable[0]) and peak < 3 * MAX_BYTES


@pytest.mark.parametrize(
    ("data", "place", "message"),
    [
        (b"a: \xe9\n", (1, 4), "the byte 0xe9"),
        ("ä: 1\nb: ä".encode() + b"\xff", (2, 5), "the byte 0xff"),
        ("a: 1".encode("utf-16"), (1, 1), "UTF-16"),
        (b"\x7fELF\0", (1, 1), "a binary file"),
        (gzip.compress(b"a: 1", mtime=0), (1, 1), "a compressed file"),
        (bytes(MAX_BYTES + 1), (1, 1), "a file of 50 MB"),
    ],
    ids=["latin", "end", "utf-16", "binary", "gzip", "large"],
)
def test_bytes_that_are_no_text(data: bytes, place: tuple[int, int], message: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        decode("a", data)
    spot = locate(caught.value.place)
    assert message in str(caught.value) and (spot.line, spot.column) == place


def test_a_text_that_is_too_large() -> None:
    with pytest.raises(UnreadableError, match="a file of 50 MB"):
        next(read("a", "a" * (MAX_BYTES + 1)))


def seeds() -> list[str]:
    texts = [
        json.dumps(HOLDERS[name]) for name in ("classic", "rows", "api", "config map", "operator, packed", "v2", "List")
    ]
    return [
        *texts,
        RULES,
        "a: &a {x: 1}\nb:\n  <<: *a\n  c: |2\n     x\n  d: >-\n    y\n",
        f"kind: ConfigMap\ndata:\n  a: |\n    {EXPR}\n",
    ]


PIECES = st.sampled_from(
    [
        '"',
        "'",
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\n",
        "\t",
        "  ",
        "&a",
        "*a",
        "!!x",
        "<<:",
        "---\n",
        "|",
        ">",
        "\\u",
        "NaN",
        "{{",
        "%",
        "#",
        "\0",
        "\x85",
        "é",
        "\ud800",
        "1e999",
        "groups:",
        '"panels":[',
        "- " * 50,
    ]
)


@given(data=st.data(), base=st.sampled_from(seeds()), file=st.sampled_from(["a.json", "a.yaml", "-"]))
def test_no_text_is_too_odd(data: st.DataObject, base: str, file: str) -> None:
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(base)))
        end = data.draw(st.integers(start, min(len(base), start + 20)))
        base = base[:start] + data.draw(st.one_of(PIECES, st.text(max_size=5))) + base[end:]
    began = time.process_time()
    with suppress(UnreadableError):
        for found in read(file, base):
            for expression in found.expressions:
                locate(expression.place.within(0, 3))
            for error in found.unreadable:
                locate(error.place)
    assert time.process_time() - began < 2


@given(st.text(st.sampled_from("{}[]:,\"'&*!|>-?#%@` \n\t<ab1\\~=\ufeff"), max_size=200))
@example("? ? ? a")
@example("{{{{{a}}}}}")
@example("<<: <<\n<<: [<<, {<<: 1}]")
@example("--- &a\n--- *a")
def test_no_syntax_is_too_odd(text: str) -> None:
    with suppress(UnreadableError):
        list(read("a.yaml", text))


def test_a_large_config_map_is_read_quickly() -> None:
    boards = {f"b{n}.json": json.dumps({**BOARD, "panels": BOARD["panels"] * 800}, indent=2) for n in range(10)}
    lines = ["apiVersion: v1\nkind: ConfigMap\ndata:\n"]
    for name, board in boards.items():
        lines.append(f"  {name}: |\n" + "".join(f"    {line}\n" for line in board.splitlines()))
    text = "".join(lines)
    began = time.process_time()
    (found,) = read("a", text)
    assert len(found.dashboards) == 10 and len(text) > 2_000_000
    assert time.process_time() - began < 2
