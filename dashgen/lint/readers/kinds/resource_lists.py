"""Lists of Kubernetes objects: List, PrometheusRuleList, ConfigMapList …"""

from __future__ import annotations

from dashgen.lint.document import Place
from dashgen.lint.readers.finder import Finder
from dashgen.lint.subject import Json


def takes(data: Json) -> bool:
    """Whether data is one."""
    kind = data.get("kind")
    return isinstance(kind, str) and kind.endswith("List") and isinstance(data.get("items"), list)


def read(place: Place, data: Json, finder: Finder) -> None:
    """Every object in it."""
    finder.found.resource = finder.found.resource or str(data["kind"])
    finder.look(place.document, (*place.path, "items"))
