"""Requests to the HTTP API of a Prometheus: headers, TLS, redirects, retries, and JSON or an error that says why."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashgen import __version__
from dashgen.errors import DashgenError
from dashgen.prometheus import faults
from dashgen.prometheus.credentials import Credentials
from dashgen.prometheus.faults import TooMuchError
from dashgen.prometheus.tls import Tls, context

MOST_BYTES = 1 << 28
"""An answer longer than that is asked for in pieces."""
_LONGEST_URL = 4000
_AGAIN = (429, 502, 503)
_PAUSES = (1.0, 3.0)


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server is, how it is spoken to.

    ``less`` says, as an imperative, how its user would ask for less. ``pause`` waits before a question is repeated.
    """

    url: str
    credentials: Credentials = field(default_factory=Credentials)
    tls: Tls = field(default_factory=Tls)
    timeout: float = 60.0
    less: str = "ask for less"
    pause: Callable[[float], None] = field(default=time.sleep, repr=False)


def address(text: str) -> str:
    """The address of a server without the slash at its end.

    Raises:
        InputError: when it is none, or holds a password.
    """
    where, expected = "--prometheus", "http://host:port or https://host/prefix"
    try:
        parts = urllib.parse.urlsplit(text)
        port_is_number = parts.port is None or parts.port > 0
    except ValueError:
        raise faults.wrong(where, "no address", expected, "correct it") from None
    if parts.username is not None or parts.password is not None:
        found = "an address with a user or password in it, which others would see"
        raise faults.wrong(where, found, expected, "put them into a file: --basic-auth-file")
    if parts.query or parts.fragment:
        raise faults.wrong(where, "an address with `?` or `#` in it", expected, "remove what follows")
    readable = all("!" <= char <= "~" for char in text)
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_number or not readable:
        raise faults.wrong(where, f"{faults.said(text, str)!r} is no address", expected, "correct it")
    return text.rstrip("/")


class _ElsewhereError(Exception):
    def __init__(self, target: str) -> None:
        self.target = target


class _SameServer(urllib.request.HTTPRedirectHandler):
    """Follows redirects within one server: our headers are for nobody else."""

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if _origin(req.full_url) != _origin(newurl):
            fp.close()
            scheme, host, port = _origin(newurl)
            raise _ElsewhereError(f"{scheme}://{host}{f':{port}' if port else ''}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urllib.parse.urlsplit(url)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname or "", None if parts.port in (None, usual) else parts.port


class Client:
    """Asks one server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        tls = urllib.request.HTTPSHandler(context=context(server.tls))
        self._opener = urllib.request.build_opener(tls, _SameServer())
        self._opener.addheaders = [("User-Agent", f"dashgen/{__version__}"), ("Accept", "application/json")]

    @property
    def url(self) -> str:
        """Where the server is."""
        return self._server.url

    def said(self, text: str) -> str:
        """What the server says, fit to be shown."""
        return faults.said(text, self._server.credentials.hide)

    def get(
        self, path: str, parameters: Mapping[str, str | Sequence[str]], no_answer: Collection[int] = ()
    ) -> dict[str, Any]:
        """The JSON object of a successful answer; an empty one for the statuses in ``no_answer``.

        Raises:
            TooMuchError: when the server wants to be asked for less.
            InputError: for a wrong address or wrong credentials.
            MachineError: for a server that cannot be reached, or fails.
        """
        for wait in (*_PAUSES, None):
            status, kind, body = self._exchange(path, urllib.parse.urlencode(parameters, doseq=True))
            if status not in _AGAIN or wait is None or _is_timeout(body):
                break
            self._server.pause(wait)
        answer = _object(body)
        if status == 200 and answer is not None and answer.get("status") == "success":
            return answer
        if status in no_answer:
            return {}
        if answer is None and status == 200:
            raise faults.no_api(self.url, self.said(kind))
        message = self.said(str(answer.get("error", "")) if answer else "")
        identified = bool(self._server.credentials.headers)
        less = self._server.less
        raise faults.refused(self.url, status, message, less, is_json=answer is not None, identified=identified)

    def _exchange(self, path: str, query: str) -> tuple[int, str, bytes]:
        short = len(query) <= _LONGEST_URL
        url = f"{self.url}{path}" + (f"?{query}" if short else "")
        request = urllib.request.Request(url, None if short else query.encode("ascii"))
        for name, value in {**self._server.credentials.headers, "Accept-Encoding": "gzip"}.items():
            request.add_header(name, value)
        try:
            try:
                with self._opener.open(request, timeout=self._server.timeout) as answer:
                    return answer.status, answer.headers.get("Content-Type", ""), self._body(answer)
            except urllib.error.HTTPError as error:
                with error:
                    return error.code, error.headers.get("Content-Type", ""), self._body(error)
        except _ElsewhereError as redirect:
            raise faults.elsewhere(self.url, self.said(redirect.target)) from None
        except urllib.error.URLError as error:
            raise self._unreachable(error.reason) from None
        except (OSError, http.client.HTTPException, zlib.error, UnicodeError) as error:
            raise self._unreachable(error) from None

    def _body(self, answer: Any) -> bytes:
        body: bytes = answer.read(MOST_BYTES + 1)
        if answer.headers.get("Content-Encoding") == "gzip":
            body = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            found = f"an answer of more than {MOST_BYTES >> 20} MiB"
            raise TooMuchError(faults.failed(self.url, found, "a shorter one", self._server.less))
        return body

    def _unreachable(self, reason: object) -> DashgenError:
        server = self._server
        return faults.unreachable(self.url, reason, server.timeout, server.less, server.credentials.hide)


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _is_timeout(body: bytes) -> bool:
    """Prometheus answers 503 to a query that takes too long: asking the same again would not help."""
    answer = _object(body)
    return bool(answer and answer.get("errorType") == "timeout")
