"""What ``promtool test rules`` prints when it gets what was not expected -> answers; one text from 2.42 to 3.x."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from dashgen.errors import MachineError
from dashgen.testing.promtool.document import SENTINEL, TAG
from dashgen.testing.promtool.play import Firing, Sample

_STRING = r'"([^"\\]*(?:\\.[^"\\]*)*)"'
_BLOCK = re.compile(r'^    (?=alertname: |expr: "|rule: )', re.MULTILINE)
_EXPR = re.compile(rf"expr: {_STRING}, time: \S+(?: err: (?P<error>.*)|\n *exp: .*\n *got: (?P<got>.*)\n?)", re.DOTALL)
_NUMBER = re.compile(rf"\\n{TAG}(\d+)$")
_RULE = re.compile(r"rule: (.*?), time: (\S+), err: (.*)", re.DOTALL)
_ROW = re.compile(r"^ +Labels:(\{.*\})\n +Annotations:(\{.*\}),?$", re.MULTILINE)
_START = re.compile(r"([^{\s]*)\{")
_LABEL = re.compile(rf'(?:{_STRING}|([^={{}},"\s]+))={_STRING}(?:, ?|(?=\}}))')
_VALUE = re.compile(r" (\{\{.*?\}\}|[^ ,]+)(?:, |$)")
_ESCAPE = re.compile(r'\\(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|[abfnrtv\\"])')
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"'}


@dataclass(frozen=True, slots=True)
class RuleFailure:
    """A rule that could not be evaluated."""

    rule: str
    at: str
    message: str


@dataclass(frozen=True, slots=True)
class Output:
    """Answers by the number of their question; ``refused`` is why nothing was played, if that is so."""

    samples: dict[int, tuple[Sample, ...] | str] = field(default_factory=dict)
    firing: dict[int, tuple[Firing, ...]] = field(default_factory=dict)
    failures: list[RuleFailure] = field(default_factory=list)
    refused: str = ""


def read(text: str) -> Output:
    """Everything promtool printed to stderr.

    Raises:
        MachineError: when it is not what promtool is known to print.
    """
    _, failed, rest = text.partition("FAILED:\n")
    head, *blocks = _BLOCK.split(rest)
    if not failed or (head.strip() and blocks):
        raise _unreadable(text)
    output = Output(refused=head.strip())
    for block in blocks:
        if block.startswith("expr"):
            number, samples = read_samples(block)
            output.samples[number] = samples
        elif block.startswith("alertname"):
            number, firing = read_firing(block)
            output.firing[number] = firing
        else:
            output.failures.append(_failure(block))
    return output


def read_samples(block: str) -> tuple[int, tuple[Sample, ...] | str]:
    """The number of a question, and its answer or why there is none.

    Raises:
        MachineError: for anything else.
    """
    found = _EXPR.match(block)
    number = _NUMBER.search(found[1]) if found else None
    if not found or not number:
        raise _unreadable(block)
    if found["got"] is None:
        return int(number[1]), found["error"].strip()
    return int(number[1]), parse_samples(found["got"].rstrip("\n"))


def read_firing(block: str) -> tuple[int, tuple[Firing, ...]]:
    """The number of a question, and who fires; the first row is the one expected, which knows the number.

    Raises:
        MachineError: for anything else.
    """
    rows = [Firing(parse_labels(row[1])[0], parse_labels(row[2])[0]) for row in _ROW.finditer(block)]
    if not rows or SENTINEL not in rows[0].labels:
        raise _unreadable(block)
    return int(rows[0].labels[SENTINEL]), tuple(rows[1:])


def _failure(block: str) -> RuleFailure:
    found = _RULE.match(block)
    if not found:
        raise _unreadable(block)
    return RuleFailure(found[1], found[2], found[3].strip())


def parse_samples(shown: str) -> tuple[Sample, ...] | str:
    """``{a="b"} 1E+00, {a="c"} 2E+00`` as samples; a sentence where one is a native histogram.

    Raises:
        MachineError: for anything else.
    """
    if shown == "nil":
        return ()
    samples = []
    for labels, value in _pairs(shown):
        if value.startswith("{"):
            return f"the result is a native histogram, not a number: {value}"
        samples.append(Sample(labels, float(value)))
    return tuple(samples)


def _pairs(shown: str) -> Iterator[tuple[dict[str, str], str]]:
    position = 0
    while position < len(shown):
        labels, position = parse_labels(shown, position)
        value = _VALUE.match(shown, position)
        if not value:
            raise _unreadable(shown[position:])
        yield labels, value[1]
        position = value.end()


def parse_labels(shown: str, position: int = 0) -> tuple[dict[str, str], int]:
    """The labels at ``position`` and where they end; names and values are Go strings and may hold anything.

    Raises:
        MachineError: when there are none.
    """
    start = _START.match(shown, position)
    if not start:
        raise _unreadable(shown[position:])
    labels = {"__name__": start[1]} if start[1] else {}
    position = start.end()
    while not shown.startswith("}", position):
        pair = _LABEL.match(shown, position)
        if not pair:
            raise _unreadable(shown[position:])
        labels[pair[2] or _unquoted(pair[1])] = _unquoted(pair[3])
        position = pair.end()
    return labels, position + 1


def _unquoted(inner: str) -> str:
    return _ESCAPE.sub(_character, inner) if "\\" in inner else inner


def _character(escape: re.Match[str]) -> str:
    code = escape[1]
    if len(code) == 1:
        return _SIMPLE[code]
    number = int(code[1:], 16)
    # Go writes a byte that belongs to no character as \x; other characters below U+0100 are written \u.
    return "\ufffd" if code[0] == "x" and number > 0x7F else chr(number)


def _unreadable(text: str) -> MachineError:
    shown = " ".join(text.split())
    return MachineError(
        f"promtool printed what dashgen cannot read: {shown[:300] or 'nothing'}{'…' if len(shown) > 300 else ''}\n"
        "  do this:  use a promtool from 2.42 on (dashgen promtool install), or report a bug in dashgen"
    )
