"""PrometheusRule, VMRule and every other resource whose spec holds groups of rules."""

from __future__ import annotations

from dashgen.lint.document import Place
from dashgen.lint.readers.finder import Finder
from dashgen.lint.readers.rules import groups, has_groups
from dashgen.lint.subject import Json, text


def takes(data: Json) -> bool:
    """Whether data is such a resource."""
    return isinstance(data.get("kind"), str) and "apiVersion" in data and has_groups(data.get("spec"))


def read(place: Place, data: Json, finder: Finder) -> None:
    """The groups of its spec."""
    finder.found.resource = finder.found.resource or text(data.get("kind"))
    finder.found.groups += groups(place.document, (*place.path, "spec", "groups"))
