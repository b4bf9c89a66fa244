"""``[tool.dashgen.lint]`` of the nearest pyproject.toml: what is suppressed in files that cannot say it themselves."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from dashgen.errors import InputError, Location, Problem
from dashgen.lint.document import Document, Place
from dashgen.lint.finding import Finding
from dashgen.lint.select import unknown
from dashgen.lint.suppress.suppression import Covers, Suppression

NAME = "pyproject.toml"
_KEYS = ("check", "path", "about", "reason", "until")
_TABLE = re.compile(r"^[ \t]*\[+[ \t]*tool[ \t]*\.[ \t]*dashgen[ \t]*\.[ \t]*lint\b[^\n]*", re.MULTILINE)
_CHECK = re.compile(r"(?:^|[{,])[ \t]*check[ \t]*=", re.MULTILINE)
_WILD = "*?["


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of ``ignore``; what is not said is ''."""

    check: str
    path: str = ""
    about: str = ""
    reason: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """``file`` as shown; paths in it are relative to ``folder``."""

    file: str = ""
    folder: Path = field(default_factory=Path)
    text: str = ""
    entries: tuple[Entry, ...] = ()

    def suppressions(self, today: date, files: Iterable[str], *, whole: bool) -> list[Suppression]:
        """One for each entry; judged where all files it is for are among those looked at, or ``whole``."""
        looked_at = {self._relative(name) for name in files}
        return [self._suppression(number, today, looked_at, whole=whole) for number in range(len(self.entries))]

    def _suppression(self, number: int, today: date, looked_at: set[str], *, whole: bool) -> Suppression:
        entry = self.entries[number]
        return Suppression(
            self._place(number),
            f"suppression {number + 1} of {NAME}",
            (entry.check,),
            entry.reason,
            entry.until,
            self._covers(entry),
            today,
            judged=whole or self._judged(entry, looked_at),
        )

    def _covers(self, entry: Entry) -> Covers:
        path = _glob(entry.path) if entry.path else None
        about = re.compile(entry.about) if entry.about else None
        relative = cache(self._relative)

        def covers(finding: Finding, _: object) -> bool:
            if path is not None and not path.fullmatch(relative(finding.place.document.file)):
                return False
            return about is None or about.search(finding.about) is not None

        return covers

    def _judged(self, entry: Entry, looked_at: set[str]) -> bool:
        if not entry.path:
            return False
        pattern = _glob(entry.path)
        ours = {name for name in looked_at if pattern.fullmatch(name)}
        if not any(char in entry.path for char in _WILD):
            return bool(ours)
        on_disk = {path.relative_to(self.folder).as_posix() for path in self.folder.glob(entry.path) if path.is_file()}
        return bool(ours) and on_disk <= looked_at

    def _relative(self, name: str) -> str:
        try:
            return Path(name).resolve().relative_to(self.folder.resolve()).as_posix()
        except (ValueError, OSError):
            return name

    def _place(self, number: int) -> Place:
        table = _TABLE.search(self.text)
        found = list(_CHECK.finditer(self.text, table.start() if table else 0))
        at = found[number] if number < len(found) else table
        start, end = (at.start(), at.end()) if at else (0, 1)
        start += len(self.text[start:end]) - len(self.text[start:end].lstrip("{, \t\n"))
        return Place(Document(self.file, self.text, "yaml"), (), start, end)


def settings(folder: Path) -> Settings:
    """Those of the first pyproject.toml with such a table, in the folder or one above it; none when there is none.

    Raises:
        InputError: for what cannot be understood.
    """
    for parent in (folder, *folder.resolve().parents):
        path = parent / NAME
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if "dashgen" not in text:
            continue
        found = _read(path, parent, text)
        if found is not None:
            return found
    return Settings()


def _read(path: Path, folder: Path, text: str) -> Settings | None:
    try:
        data: Any = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError([Problem(Location(str(path)), f"no TOML: {error}", "a file TOML can read")]) from error
    for key in ("tool", "dashgen", "lint"):
        data = data.get(key) if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping):
        return None
    problems: list[Problem] = []
    where = Location(str(path))
    for key in data.keys() - {"ignore"}:
        problems.append(Problem(where, f"`tool.dashgen.lint.{key}`", "ignore", "remove it"))
    items = data.get("ignore", [])
    if not isinstance(items, list):
        problems.append(Problem(where, "`tool.dashgen.lint.ignore` is no list", "a list of tables", _example()))
        items = []
    entries = [_entry(item, number, where, problems) for number, item in enumerate(items, 1)]
    if problems:
        raise InputError(problems)
    return Settings(str(path), folder, text, tuple(each for each in entries if each))


def _entry(item: Any, number: int, where: Location, problems: list[Problem]) -> Entry | None:
    found = list(_wrong(item, number, where))
    problems += found
    return None if found else Entry(**{key: str(value) for key, value in item.items()})


def _wrong(item: Any, number: int, where: Location) -> Iterator[Problem]:
    name = f"entry {number} of `tool.dashgen.lint.ignore`"
    if not isinstance(item, Mapping):
        yield Problem(where, f"{name} is no table", "a table such as {check = …, reason = …}", _example())
        return
    for key in item.keys() - set(_KEYS):
        yield Problem(where, f"{name} has the key `{key}`", f"some of {', '.join(_KEYS)}", "correct or remove it")
    for key, value in item.items():
        # TOML knows days; one in quotes is as good.
        if key in _KEYS and not isinstance(value, str) and not (key == "until" and isinstance(value, date)):
            yield Problem(where, f"`{key}` of {name} is no text", "text in quotes", _example())
    check = item.get("check")
    if check is None:
        yield Problem(where, f"{name} names no `check`", "the name or code of a check", _example())
    elif isinstance(check, str) and _unknown(check):
        yield unknown(f"{where}, {name}", check)
    try:
        re.compile(str(item.get("about", "")))
    except re.error as error:
        yield Problem(where, f"`about` of {name}: {error}", "a regular expression", "correct it")


def _unknown(check: str) -> bool:
    from dashgen.lint.registry import known

    return known(check) is None


def _example() -> str:
    return 'write {check = "rate-on-gauge", path = "dashboards/**", reason = "why it is no mistake here"}'


def _glob(pattern: str) -> re.Pattern[str]:
    """Like those of ``.gitignore``: ``**`` is any folders, ``*`` and ``?`` stay in one."""
    parts: Sequence[str] = re.split(r"(\*\*/|\*\*|\*|\?|\[[^]]*\])", pattern.removeprefix("./"))
    words = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(_piece(part, words) for part in parts), re.DOTALL)


def _piece(part: str, words: Mapping[str, str]) -> str:
    if part.startswith("[") and part.endswith("]") and len(part) > 2:
        return f"[{'^' if part[1] == '!' else ''}{re.escape(part[2:-1] if part[1] == '!' else part[1:-1])}]"
    return words.get(part, re.escape(part))
