"""``--prometheus``: the server that ``dashgen lint`` asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashgen.cli.server import Access, reach, warnings

if TYPE_CHECKING:
    from dashgen.lint.live.server import ServerLive

LESS = "look at fewer files at once"


def connect(url: str | None, access: Access) -> ServerLive | None:
    """The server at an address, after its first answer; None without one.

    Raises:
        InputError: for a wrong address or wrong credentials, and for credentials without an address.
        MachineError: for a server that cannot be reached, or fails.
    """
    from dashgen.cli.console import progress
    from dashgen.errors import InputError, Location, Problem

    if url is None:
        if access != Access():
            found = "missing, while other options say how a server is reached"
            raise InputError([Problem(Location("--prometheus"), found, "the address of a server", "add it")])
        return None
    from dashgen.lint.live.server import ServerLive
    from dashgen.prometheus.client import Client

    server = reach(url, access, LESS)
    for warning in warnings(server):
        progress(warning)
    return ServerLive(Client(server))
