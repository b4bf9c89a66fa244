"""Everything a Prometheus, or what stands before it, can answer instead of data: one clear message each.

Exit code 2 where the address or the credentials are wrong, 3 where the server or the way to it fails.
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Callable

from dashgen.errors import DashgenError, InputError, Location, MachineError, Problem
from dashgen.spec.words import printable, shorten

API = "the HTTP API of a Prometheus, Thanos, Mimir or VictoriaMetrics"
_LIMIT = re.compile(
    r"too many (samples|points|series|chunks)|too much|exceed|limit|maximum|max[-_a-z]*per|-search\.max"
    r"|timed out|timeout",
    re.IGNORECASE,
)
_MOST_TEXT = 300


class TooMuchError(Exception):
    """The server would not answer so much at once; ``error`` is what to raise when less is not possible."""

    def __init__(self, error: DashgenError) -> None:
        self.error = error
        super().__init__(str(error))


def said(text: str, hide: Callable[[str], str]) -> str:
    """What a server says, on one line, without our secrets and without control characters."""
    return shorten(printable(" ".join(hide(text).split())), _MOST_TEXT)


def wrong(server: str, found: str, expected: str, action: str) -> InputError:
    """The address, or what we say who we are, is wrong."""
    return InputError([Problem(Location(server), found, expected, action)])


def failed(server: str, found: str, expected: str, action: str) -> MachineError:
    """The server, or the way to it, fails."""
    return MachineError(str(Problem(Location(server), found, expected, action)))


def refused(
    server: str, status: int, message: str, less: str, *, is_json: bool, identified: bool
) -> DashgenError | TooMuchError:
    """The error of an answer that is not 200.

    ``message`` is fit to be shown, ``less`` says how to ask for less, ``identified``: credentials were sent.
    """
    phrase = http.client.responses.get(status, "unknown status")
    found = f"HTTP {status} {phrase}{f': {message}' if message else ''}"
    if status in (401, 403, 407):
        expected = "access to queries"
        change = "check the token, the password or the headers" if identified else "name your credentials"
        action = f"{change} (--bearer-token-file, $DASHGEN_PROMETHEUS_TOKEN, --basic-auth-file, --header-file)"
        return wrong(server, found, expected, action)
    if status in (408, 413, 504) or (is_json and _LIMIT.search(message)):
        action = f"{less}, or raise the limits of the server"
        return TooMuchError(failed(server, found, "an answer to a small piece of the query", action))
    if status in (404, 405) and not is_json:
        return wrong(server, found, API, "add the path prefix, such as /prometheus, or name another address")
    if 300 <= status < 400:
        return wrong(server, found, API, "name the address it redirects to")
    if status < 500:
        return failed(server, found, "an answer to a plain selector", "look into the log of the server")
    return failed(server, found, "an answer", "try again later, or look into the log of the server")


def no_api(server: str, kind: str) -> DashgenError:
    """Something else than JSON came back: a login page, a proxy, another program; or JSON that breaks off."""
    if "json" in kind:
        return failed(server, "an answer that breaks off or is no answer of the API", "whole JSON", "try again")
    found = f"an answer of type {kind or 'unknown'}, no JSON"
    return wrong(server, found, API, "check the address; behind a login page, name the address behind it")


def elsewhere(server: str, target: str) -> InputError:
    """A redirect to another host, to which nothing is sent."""
    return wrong(
        server,
        f"a redirect to {target}, which is not followed: credentials belong to one server",
        API,
        "name that address if it is the one you mean; a login page needs a token",
    )


def unreachable(server: str, reason: object, seconds: float, less: str, hide: Callable[[str], str]) -> MachineError:
    """No answer at all; ``less`` says how to ask for less."""
    if isinstance(reason, (TimeoutError, socket.timeout)):
        action = f"check the address, raise --timeout, or {less}"
        return failed(server, f"no answer in {seconds:g} seconds", "an answer", action)
    if isinstance(reason, socket.gaierror):
        return failed(server, "there is no host of that name", "a name this machine can resolve", "check the address")
    if isinstance(reason, ssl.SSLCertVerificationError):
        found = f"its certificate is not trusted: {said(reason.verify_message, hide)}"
        action = "name the authority in --ca-file; --insecure trusts anybody"
        return failed(server, found, "a certificate of a known authority", action)
    if isinstance(reason, ssl.SSLError):
        found = f"no TLS connection: {said(reason.reason or str(reason), hide)}"
        return failed(server, found, "a server that speaks TLS", "check port and scheme (http or https), --cert-file")
    if isinstance(reason, ConnectionRefusedError):
        return failed(server, "connection refused", "a server that listens there", "start it, or check host and port")
    text = said(getattr(reason, "strerror", None) or str(reason) or type(reason).__name__, hide)
    return failed(server, f"cannot be reached: {text}", "an answer", "check the address and the network")
