"""What Kubernetes, the operators and Grafana admit, and how large something is to them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

CLIENT_SIDE_BYTES = 262_144
"""Keys and values of all annotations of one resource; client-side apply adds the whole resource as one."""
RULE_BYTES = 524_288
"""Half a ConfigMap: what the operators put into one rule file, and what their webhooks admit."""
DASHBOARD_BYTES = 1_048_576
"""What a ConfigMap may hold."""

_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
# Go writes <, >, & and these two line ends as six bytes each; the line ends have three in UTF-8.
_LONGER = {"<": 5, ">": 5, "&": 5, "\u2028": 3, "\u2029": 3}


def client_side_bytes(resource: Mapping[str, Any]) -> int:
    """Bytes of all annotations once client-side apply has added its copy of the resource."""
    metadata = resource.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    own = annotations if isinstance(annotations, Mapping) else {}
    kept = sum(len(str(text).encode("utf-8", "surrogatepass")) for pair in own.items() for text in pair)
    return kept + len(_LAST_APPLIED) + json_bytes(resource) + 1


def json_bytes(document: Any) -> int:
    """Bytes of a document as JSON without blanks, the way Go writes it; what YAML shares is counted at every place."""
    return _bytes(document, {})


def _bytes(value: Any, known: dict[int, int]) -> int:
    if isinstance(value, str):
        return _text_bytes(value)
    if not isinstance(value, (Mapping, list, tuple)):
        return len(json.dumps(value, default=str))
    if id(value) not in known:
        known[id(value)] = 0  # a document that holds itself ends here
        if isinstance(value, Mapping):
            inner = sum(_text_bytes(str(key)) + 1 + _bytes(item, known) for key, item in value.items())
        else:
            inner = sum(_bytes(item, known) for item in value)
        known[id(value)] = 2 + inner + max(len(value) - 1, 0)
    return known[id(value)]


def _text_bytes(text: str) -> int:
    written = len(json.dumps(text, ensure_ascii=False).encode(errors="replace"))
    return written + sum(more * text.count(character) for character, more in _LONGER.items())
