"""The options that say how a Prometheus is reached and who asks, for every command that asks one.

Secrets come from files and the environment: an argument would be seen by everybody on the machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from dashgen.cli.moments import length

if TYPE_CHECKING:
    from dashgen.prometheus.client import Server

URL = "http://host:port or https://host/path"
_LONGEST = timedelta(hours=1)
_HERE = ("localhost", "127.0.0.1", "::1")

BearerTokenFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Holds a bearer token. Default: $DASHGEN_PROMETHEUS_TOKEN.")
]
BasicAuthFile = Annotated[Path | None, typer.Option(metavar="FILE", help="Holds user:password.")]
HeaderFile = Annotated[
    list[Path] | None, typer.Option(metavar="FILE", help="Holds more headers, `Name: value` lines; repeatable.")
]
HeaderEnv = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=VARIABLE", help="A header whose value is in the environment; repeatable."),
]
CaFile = Annotated[Path | None, typer.Option(metavar="FILE", help="Authorities to trust instead, PEM.")]
CertFile = Annotated[Path | None, typer.Option(metavar="FILE", help="Our certificate, PEM.")]
KeyFile = Annotated[Path | None, typer.Option(metavar="FILE", help="Its key, when it is not in there.")]
Insecure = Annotated[bool, typer.Option("--insecure", help="Trust any certificate; anybody may listen.")]
Timeout = Annotated[str, typer.Option(metavar="DURATION", help="How long to wait for an answer.")]
TIMEOUT = "60s"


@dataclass(frozen=True, slots=True)
class Access:
    """What the options say."""

    bearer_token_file: Path | None = None
    basic_auth_file: Path | None = None
    header_file: Sequence[Path] = ()
    header_env: Sequence[str] = ()
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    insecure: bool = False
    timeout: str = TIMEOUT


def reach(url: str, access: Access, less: str) -> Server:
    """The server at an address; ``less`` says, as an imperative, how its user would ask it for less.

    Raises:
        InputError: for an address that is none, and options that cannot be used.
        MachineError: for a file that may not be read.
    """
    import os

    from dashgen.prometheus.client import Server, address
    from dashgen.prometheus.credentials import CredentialFiles, credentials
    from dashgen.prometheus.tls import Tls

    files = CredentialFiles(access.bearer_token_file, access.basic_auth_file, access.header_file, access.header_env)
    return Server(
        address(url),
        credentials(files, os.environ),
        Tls(access.ca_file, access.cert_file, access.key_file, access.insecure),
        (length("--timeout", access.timeout) or _LONGEST).total_seconds(),
        less,
    )


def warnings(server: Server) -> Iterator[str]:
    """What nobody should overlook."""
    if server.tls.insecure:
        yield "WARNING: --insecure: the server is not verified; whoever answers sees the credentials"
    host = urlsplit(server.url).hostname
    if server.url.startswith("http://") and server.credentials.headers and host not in _HERE:
        yield f"WARNING: credentials go to {host} unencrypted: the address begins with http://"
