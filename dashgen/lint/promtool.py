"""The last word on syntax is promtool's, where there is one: all expressions in one run of ``promtool check rules``."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dashgen.errors import MachineError
from dashgen.lint.assume import Assumptions
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding
from dashgen.lint.meaning.grammar import grammar
from dashgen.lint.meaning.language import metricsql
from dashgen.lint.meaning.world import World
from dashgen.lint.registry import known
from dashgen.lint.subject import Subjects
from dashgen.promql.functions import SYNTAX, Release, aggregations, functions
from dashgen.promql.nodes import Place
from dashgen.promql.second_opinion import accepted
from dashgen.promql.stand_in import StandIn
from dashgen.promql.tokens import tokens

_PATIENCE = 120
_NAME = "dashgen"
_SAID = re.compile(
    rf'^.*? rule \d+, "{_NAME}:(?P<number>\d+)": could not parse expression: '
    rf"(?P<line>\d+):(?P<column>\d+): parse error: (?P<message>.*)$"
)
_FLAG = re.compile(r"experimental|not enabled|feature flag")
_ODD = re.compile(r"[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufdff\ufe10-\ufefe\uff00-\uffef\U00010000-\U0010ffff]")


class Promtool(Protocol):
    """A promtool that runs here."""

    @property
    def path(self) -> Path:
        """Of the program."""

    @property
    def version(self) -> str:
        """As it says."""

    @property
    def numbers(self) -> tuple[int, ...]:
        """Its version."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why promtool refuses an expression, in its words, and the token it stops at."""

    message: str
    place: Place


def last_word(
    findings: Sequence[Finding], files: Iterable[Subjects], assume: Assumptions, promtool: Promtool
) -> list[Finding]:
    """The findings without those about syntax that promtool does not share, and with what it alone refuses.

    Raises:
        MachineError: when it does not run.
    """
    check = known("syntax-error")
    world = World(assume)
    expressions = [
        expression
        for subjects in files
        for expression in subjects.expressions
        if not metricsql(expression, world) and not grammar(expression.text).unknown
    ]
    verdicts = judge((expression.text for expression in expressions), promtool)
    taken = {_key(each) for each in expressions if verdicts[each.text] is None}
    kept = [
        each
        for each in findings
        if each.name != "syntax-error" or (id(each.place.document), each.place.path) not in taken or each.place.key
    ]
    if check is None:
        return kept
    said = {(id(each.place.document), each.place.path) for each in kept if each.name == "syntax-error"}
    for expression in expressions:
        refusal = verdicts[expression.text]
        if refusal and _key(expression) not in said and not newer(expression.text, promtool, refusal):
            found = f"what promtool {promtool.version} refuses: {refusal.message}"
            kept.append(check.finding(expression.at(refusal.place), expression.about, found, "an expression it parses"))
    return kept


def judge(expressions: Iterable[str], promtool: Promtool) -> dict[str, Refusal | None]:
    """Every distinct expression, Grafana's variables replaced, and why promtool refuses it; None when it does not.

    Raises:
        MachineError: when promtool does not run, or says something else than which rules it refuses.
    """
    texts = [text for text in dict.fromkeys(expressions) if text.strip()]
    if not texts:
        return {}
    asked = [accepted(text) for text in texts]
    refused = _run(asked, promtool)
    return {text: refused.get(number) for number, text in enumerate(texts)}


def newer(expr: str, promtool: Promtool, refusal: Refusal) -> bool:
    """Whether the refusal may be due to the version or the flags of promtool: ``function-too-new`` judges those."""
    if _FLAG.search(refusal.message):
        return True
    release = promtool.numbers[:2]
    said = grammar(expr)
    words = {token.text.lower() for token in tokens(expr) if token.kind == "name"}
    table = {**functions(), **aggregations()}
    used = [SYNTAX[piece.name] for piece in said.pieces] + [table[word].since for word in words if word in table]
    return any(_after(since.first, release) or (since.removed and since.removed <= release) for since in used)


def _after(first: Release, release: Sequence[int]) -> bool:
    return tuple(release) < first


def _key(expression: Expression) -> tuple[int, tuple[str | int, ...]]:
    return id(expression.place.document), expression.place.path


def _run(asked: Sequence[StandIn], promtool: Promtool) -> Mapping[int, Refusal]:
    rules = (f'{{"record": "{_NAME}:{number}", "expr": {_quoted(each.text)}}}' for number, each in enumerate(asked))
    text = '{"groups": [{"name": "g", "rules": [\n' + ",\n".join(rules) + "\n]}]}\n"
    try:
        with tempfile.TemporaryDirectory(prefix="dashgen-lint-") as folder:
            Path(folder, "rules.yaml").write_text(text, encoding="utf-8")
            done = subprocess.run(
                [promtool.path, "check", "rules", "--lint=none", "rules.yaml"],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_PATIENCE,
                check=False,
            )
    except subprocess.TimeoutExpired:
        raise MachineError(f"{promtool.path} did not check {len(asked)} expressions in {_PATIENCE} s") from None
    except OSError as error:
        raise MachineError(f"{promtool.path} cannot be run: {error.strerror or error}") from error
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    refused: dict[int, Refusal] = {}
    for match in filter(None, map(_SAID.match, said.splitlines())):
        number, place = int(match["number"]), (int(match["line"]), int(match["column"]))
        refused.setdefault(number, _refusal(asked[number], *place, match["message"]))
    if done.returncode and not refused:
        first = next((line for line in said.splitlines()[1:] if line.strip()), "nothing")
        raise MachineError(f"{promtool.path} {promtool.version} checked nothing: {first.strip()[:300]}")
    return refused


def _quoted(text: str) -> str:
    """A JSON string that the YAML readers of Go take as well: no characters and escapes they refuse."""
    plain = text.encode("utf-8", "replace").decode("utf-8")
    return _ODD.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(plain, ensure_ascii=False))


def _refusal(asked: StandIn, line: int, column: int, message: str) -> Refusal:
    lines = asked.text.split("\n")
    line = min(line, len(lines))
    behind = lines[line - 1].encode("utf-8", "replace")[: column - 1].decode("utf-8", "ignore")
    index = sum(len(each) + 1 for each in lines[: line - 1]) + len(behind)
    written = [each for each in tokens(asked.text) if each.text.strip()]
    token = next((each for each in written if index < each.end), written[-1] if written else None)
    if token is None:
        return Refusal(message, Place(0, 1))
    return Refusal(message, Place(asked.origin(token.start), asked.origin(token.end - 1) + 1))
