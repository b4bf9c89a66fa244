"""Label matchers as text: ``job="vllm"``, for Alertmanager and for people who paste them into Prometheus."""

from __future__ import annotations

from typing import Literal

Operator = Literal["=", "!=", "=~", "!~"]
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


def matcher(label: str, operator: Operator, value: str) -> str:
    r"""One matcher. ``\\``, ``\"`` and ``\n`` are all that Alertmanager's parser unescapes."""
    return f'{label}{operator}"{value.translate(_ESCAPES)}"'
