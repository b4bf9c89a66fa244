"""What one kind of file holds, so that every kind is read and explained in the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from pydantic import BaseModel

    from dashgen.spec.checks.finding import Finding

M = TypeVar("M", bound="BaseModel")


@dataclass(frozen=True)
class Kind:
    """The words for a kind of file: its ``name``, and the ``subject`` that one file describes.

    ``number_keys``: numbers may be keys, and are text as written.
    """

    name: str
    subject: str
    number_keys: bool = False


@dataclass(frozen=True)
class Form(Generic[M]):
    """A kind of file, the ``model`` of its content and the ``check`` of what a model cannot say.

    ``keys`` are those that are required; ``schema`` is the command that lists the rest.
    """

    kind: Kind
    model: type[M]
    check: Callable[[M], Iterable[Finding]]
    keys: tuple[str, ...]
    schema: str


SPEC = Kind("spec", "deployment")
