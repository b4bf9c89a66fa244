"""A dashboard inside the YAML of a Kubernetes resource: readable where it fits, small where it has to."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from dashgen.emit.dashboards import json_text
from dashgen.emit.kubernetes import at_most, resource_text
from dashgen.emit.sizes import CLIENT_SIDE_BYTES, DASHBOARD_BYTES, client_side_bytes
from dashgen.spec import Spec

Mapping = dict[str, Any]

_TOO_LARGE = "leave panels out with `hide`, or describe a part of the models in a spec of its own"


def dashboard_resource(key: str, board: Mapping, spec: Spec, wrap: Callable[[str], Mapping], *remarks: str) -> str:
    """YAML of the resource that ``wrap`` makes of the dashboard's JSON text.

    The JSON is indented, so that a diff can be read, unless client-side apply would then refuse the resource.

    Raises:
        InputError: for a dashboard no ConfigMap can hold.
    """
    small = json.dumps(board, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    at_most(DASHBOARD_BYTES, len(small), f"the dashboard {key}", "a ConfigMap", spec, _TOO_LARGE)
    # Without the last newline it is a block in YAML, which every parser reads back byte for byte.
    readable = wrap(json_text(board).rstrip("\n"))
    resource = readable if client_side_bytes(readable) <= CLIENT_SIDE_BYTES else wrap(small)
    return resource_text(resource, spec.name, *remarks)
