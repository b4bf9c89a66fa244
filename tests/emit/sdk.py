"""The grafana-foundation-sdk as a judge: what it does not know in a dashboard, Grafana's schema does not either."""

from __future__ import annotations

import json
import re
from typing import Any

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

register_default_plugins()

# The SDK has no annotation options of the Prometheus plugin, and drops a null id.
UNKNOWN_TO_THE_SDK = re.compile(r"\.id|\.annotations\.list\[\d+\]\.(titleFormat|textFormat|tagKeys|step)")


def lost_in_round_trip(document: dict[str, Any]) -> list[str]:
    """Paths of the document that are gone or changed after the SDK read and wrote it."""
    again = json.loads(json.dumps(Dashboard.from_json(document), cls=JSONEncoder))
    return [path for path in lost(document, again) if not UNKNOWN_TO_THE_SDK.fullmatch(path)]


def lost(before: object, after: object, path: str = "") -> list[str]:
    """Paths in ``before`` whose value ``after`` does not have."""
    if isinstance(before, dict):
        if not isinstance(after, dict):
            return [path]
        missing = [f"{path}.{key}" for key in before if key not in after]
        return missing + [
            p for key in before.keys() & after.keys() for p in lost(before[key], after[key], f"{path}.{key}")
        ]
    if isinstance(before, list):
        if not isinstance(after, list) or len(before) != len(after):
            return [path]
        return [p for i, (a, b) in enumerate(zip(before, after, strict=True)) for p in lost(a, b, f"{path}[{i}]")]
    return [] if before == after else [path]
