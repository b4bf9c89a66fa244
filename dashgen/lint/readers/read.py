"""One file -> what is in it, recognised by content: dashboards, rules, and Kubernetes objects with either."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.lint.document import Document
from dashgen.lint.readers.decode import MAX_BYTES, too_large
from dashgen.lint.readers.error import UnreadableError
from dashgen.lint.readers.finder import Finder
from dashgen.lint.readers.parse import Text, documents
from dashgen.lint.subject import Subjects

__all__ = ("MAX_BYTES", "UnreadableError", "read", "subjects")


def read(file: str, content: str) -> Iterator[Subjects]:
    """Every document of a file; those that hold nothing for checks too.

    Raises:
        UnreadableError: at the first that is neither JSON nor YAML.
    """
    if len(content) > MAX_BYTES:
        raise too_large(file, len(content))
    for document, problems in documents(Text(file, content)):
        found = subjects(document)
        found.unreadable[:0] = problems
        yield found


def subjects(document: Document) -> Subjects:
    """What a document holds."""
    found = Subjects(document)
    Finder(found).look(document, ())
    return found
