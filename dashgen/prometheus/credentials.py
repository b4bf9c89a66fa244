"""What a server is told about who asks: read from files and the environment, shown to nobody.

Nothing here prints, and no message quotes what was read.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dashgen.errors import InputError, Location, MachineError, Problem

TOKEN = "DASHGEN_PROMETHEUS_TOKEN"
MAX_BYTES = 1 << 16
SHORTEST_KEY = 16
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\x20-\x7e\xa0-\xff]+")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Headers for every request, and the words in them that must not be seen."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def hide(self, text: str) -> str:
        """Text of somebody else without our secrets: a server may repeat what it was sent."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, "…")
        return text


@dataclass(frozen=True, slots=True)
class CredentialFiles:
    """Where to find them. ``header_env`` is ``Name=VARIABLE``."""

    token: Path | None = None
    basic: Path | None = None
    headers: Sequence[Path] = ()
    header_env: Sequence[str] = ()


def credentials(files: CredentialFiles, environ: Mapping[str, str]) -> Credentials:
    """Reads them all; a flag wins over ``$DASHGEN_PROMETHEUS_TOKEN``.

    Raises:
        InputError: for a file that is missing or holds something else, and for two ways to say who asks.
        MachineError: for a file that may not be read.
    """
    headers: dict[str, str] = {}
    secrets: list[str] = []
    for where, name, value in (*_from_files(files.headers), *_from_environment(files.header_env, environ)):
        if name.lower() in (known.lower() for known in headers):
            raise _problem(where, f"the header {name} a second time", "each header once", "remove one")
        headers[name] = value
        secrets.append(value)
    named = next((name for name in headers if name.lower() == "authorization"), "")
    ways = [flag for flag, given in (("--bearer-token-file", files.token), ("--basic-auth-file", files.basic)) if given]
    if len(ways) + bool(named) > 1:
        ways += [f"the header {named}"] * bool(named)
        raise _problem(Location(ways[0]), f"given beside {ways[1]}", "one way to say who asks", "remove one")
    if files.basic:
        user, password = _basic(files.basic)
        coded = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
        headers["Authorization"] = f"Basic {coded}"
        secrets += [coded, password]
    elif files.token or (environ.get(TOKEN) and not named):
        token = _token(files.token, environ)
        headers["Authorization"] = f"Bearer {token}"
        secrets.append(token)
    return Credentials(headers, tuple(filter(None, secrets)))


def key_of(path: Path) -> bytes:
    """The key of hashes in a file.

    Raises:
        InputError: for a file that is missing, or too short to be a key.
        MachineError: for a file that may not be read.
    """
    key = _text(path).strip()
    if len(key) < SHORTEST_KEY:
        found = f"a key of fewer than {SHORTEST_KEY} characters, which could be guessed"
        raise _problem(Location(str(path)), found, "random text", "write for example `openssl rand -hex 32` to it")
    return key.encode()


def _from_files(paths: Sequence[Path]) -> Iterator[tuple[Location, str, str]]:
    for path in paths:
        for number, line in enumerate(_text(path).split("\n"), 1):
            if not line.strip() or line.startswith("#"):
                continue
            where = Location(str(path), number, 1)
            name, colon, value = line.partition(":")
            if not colon:
                raise _problem(where, "a line without a colon", "`Name: value`", "correct the line")
            yield where, _name(name.strip(), where), _value(value.strip(), where)


def _from_environment(pairs: Sequence[str], environ: Mapping[str, str]) -> Iterator[tuple[Location, str, str]]:
    where = Location("--header-env")
    for pair in pairs:
        name, equals, variable = pair.partition("=")
        # Not quoted: somebody may have written the value itself.
        if not equals:
            raise _problem(where, "no `=` in it", "NAME=VARIABLE", "write for example X-Scope-OrgID=TENANT")
        if not environ.get(variable):
            found = "it names a variable that is not set, or empty"
            raise _problem(where, found, "NAME=VARIABLE, a variable of the environment", "set the variable")
        yield where, _name(name, where), _value(environ[variable], where)


def _token(path: Path | None, environ: Mapping[str, str]) -> str:
    if path:
        return _value(_text(path).strip(), Location(str(path)))
    return _value(environ[TOKEN].strip(), Location(f"${TOKEN}"))


def _basic(path: Path) -> tuple[str, str]:
    where = Location(str(path))
    user, colon, password = _text(path).strip("\r\n").partition(":")
    if not colon or "\n" in password:
        raise _problem(where, "something else", "one line: `user:password`", "correct the file")
    return user, password


def _name(name: str, where: Location) -> str:
    if not _NAME.fullmatch(name):
        raise _problem(where, "no name of an HTTP header", "a name such as X-Scope-OrgID", "correct the name")
    return name


def _value(value: str, where: Location) -> str:
    if not _VALUE.fullmatch(value):
        found = "nothing, or characters that no HTTP header may hold"
        raise _problem(where, found, "one line of printable text", "correct it")
    return value


def _text(path: Path) -> str:
    where = Location(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise _problem(where, "a file larger than 64 KiB", "a few lines", "check the path")
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except (FileNotFoundError, IsADirectoryError):
        raise _problem(where, "no such file", "a file with credentials", "check the path") from None
    except UnicodeDecodeError:
        raise _problem(where, "a file that is no UTF-8 text", "a line of text", "check the path") from None
    except OSError as error:
        raise MachineError(f"{path}: cannot be read: {error.strerror or error}") from None


def _problem(where: Location, found: str, expected: str, action: str) -> InputError:
    return InputError([Problem(where, found, expected, action)])
