"""Text -> the documents in it: one of JSON, or those of a YAML stream."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dashgen.lint.document import Document, Place, Syntax
from dashgen.lint.readers import json_text
from dashgen.lint.readers.error import UnreadableError
from dashgen.lint.text.yaml_data import construct
from dashgen.lint.text.yaml_nodes import BOM, YamlError, stream

Problems = list[UnreadableError]
_CONFLICT = re.compile(r"^(?:<{7}(?: |$)|>{7}(?: |$))", re.MULTILINE)
_POINTER = "version https://git-lfs.github.com/spec/"
_HELM = re.compile(r"\{\{-?\s*(?:[.$/(]|(?:if|else|end|range|with|include|template|define|block|toYaml|tpl|quote)\b)")
_BLANK = BOM + " \t\r\n"
_LARGE = 1_000_000
"""Characters; nobody writes as much in braces and means YAML."""
_QUOTED_KEY = re.compile(r'[\s\ufeff]*(?:\[\s*)*\{\s*"')


@dataclass(frozen=True, slots=True)
class Text:
    """A text to take apart. ``name`` is the file, or the key of a ConfigMap it is the value of (``outer``)."""

    name: str
    content: str
    outer: Place | None = None
    encoded: bool = False

    def document(self, syntax: Syntax, number: int = 0) -> Document:
        """A document of it, without data yet."""
        file = self.outer.document.file if self.outer is not None else self.name
        return Document(file, self.content, syntax, None, number, self.outer, self.encoded)


def documents(text: Text) -> Iterator[tuple[Document, Problems]]:
    """Every document of a text, each with what is wrong in it all the same.

    Raises:
        UnreadableError: at the first that is neither JSON nor YAML.
    """
    content = text.content
    if content.startswith(_POINTER):
        raise UnreadableError(
            "a pointer of Git LFS instead of the file",
            Place(text.document("yaml"), (), 0, len(_POINTER)),
            action="fetch the file: git lfs pull",
        )
    json_named = text.name.endswith(".json")
    if json_named or content.lstrip(_BLANK)[:1] in ("{", "["):
        problems: Problems = []
        of = text.document("json")
        if not content.strip(_BLANK):
            raise UnreadableError("an empty file", Place(of, (), 0, 0), "JSON")
        try:
            of.data = json_text.parse(of, problems)
        except UnreadableError as error:
            if json_named or _QUOTED_KEY.match(content) or len(content) > _LARGE:
                raise _explained(error) from error
        else:
            yield of, problems
            return
    yield from _yaml(text)


def _yaml(text: Text) -> Iterator[tuple[Document, Problems]]:
    number = 0
    try:
        for number, node in enumerate(stream(text.content)):
            of = text.document("yaml", number)
            twice: list[tuple[str, int]] = []
            of.data = construct(node, lambda found, start, twice=twice: twice.append((found, start)))  # type: ignore[misc]
            yield of, [_twice(of, found, start) for found, start in twice]
    except YamlError as error:
        place = Place(text.document("yaml", number), (), error.start, error.start + 1)
        raise _explained(UnreadableError(f"no YAML: {error}", place)) from error


def _twice(of: Document, found: str, start: int) -> UnreadableError:
    return UnreadableError(
        found,
        Place(of, (), start, start + 1),
        "each key once: the text is refused, or all but the last are ignored",
        "remove the one that is not meant",
    )


def _explained(error: UnreadableError) -> UnreadableError:
    """The reason people know the trouble by."""
    of = error.place.document
    conflict = _CONFLICT.search(of.text)
    if conflict:
        return UnreadableError(
            "a conflict marker of Git",
            Place(of, (), conflict.start(), conflict.start() + 7),
            "one of the two sides",
            "finish the merge",
        )
    template = _HELM.search(of.text) if of.syntax == "yaml" else None
    if template:
        return UnreadableError(
            "a template of Helm, which is YAML only when it is rendered",
            Place(of, (), template.start(), template.end()),
            action="lint what `helm template` prints",
        )
    return error
