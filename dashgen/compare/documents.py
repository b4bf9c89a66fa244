"""Bytes of an emitted file -> what it says; recognised by content, so that a new target needs nothing here."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dashgen.compare.model import Artefacts, Tree, Unreadable
from dashgen.compare.read_dashboard import is_dashboard, read_dashboard
from dashgen.compare.read_rules import merge_rules, read_groups

MAX_BYTES = 20_000_000
"""No output of dashgen is larger; reading more would only cost time and memory."""
_SUFFIXES = (".json", ".yaml", ".yml")
_LFS = b"version https://git-lfs.github.com/spec/"


class NotReadError(ValueError):
    """A document that cannot be understood; the message says why."""


def read_tree(files: Mapping[str, bytes]) -> Tree:
    """Read every file of one spec; files that cannot be read are said so, never raised."""
    return Tree(files, {name: read_file(name, files[name]) for name in sorted(files)})


def read_file(name: str, content: bytes) -> Artefacts | Unreadable | None:
    """What one file says; None when it is neither JSON nor YAML, or holds neither dashboards nor rules."""
    if not name.endswith(_SUFFIXES):
        return None
    try:
        return merge(_read(document) for document in _parsed(name, content)) or None
    except NotReadError as error:
        return Unreadable(str(error))
    except RecursionError:
        return Unreadable("nested too deeply")
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        return Unreadable(f"not the shape that was expected ({type(error).__name__})")


def _parsed(name: str, content: bytes) -> list[Any]:
    if content.startswith(_LFS):
        raise NotReadError("a Git LFS pointer, not the file itself: run `git lfs pull`")
    if len(content) > MAX_BYTES:
        raise NotReadError(f"larger than {MAX_BYTES // 1_000_000} MB")
    try:
        text = content.decode("utf-8-sig")
        return [json.loads(text)] if name.endswith(".json") else _yaml(text)
    except UnicodeDecodeError as error:
        raise NotReadError(f"not UTF-8 at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise NotReadError(f"not JSON: {error.msg}, line {error.lineno}") from error


def merge(parts: Iterable[Artefacts]) -> Artefacts:
    """Several artefacts as one; what two files say alike is counted once, the first one wins."""
    dashboards: dict[str, Any] = {}
    rules: list[Artefacts] = []
    for part in parts:
        for uid, board in part.dashboards.items():
            dashboards.setdefault(uid, board)
        rules.append(part)
    return merge_rules(dashboards, rules)


def _yaml(text: str) -> list[Any]:
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return list(yaml.load_all(text, Loader=loader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark is not None else ""
        raise NotReadError(f"not YAML{place}") from error


def _read(document: Any) -> Artefacts:
    if not isinstance(document, dict):
        return Artefacts()
    if is_dashboard(document):
        board = read_dashboard(document)
        return Artefacts(dashboards={board.uid: board})
    if document.get("kind") == "List":
        return merge(_read(item) for item in document.get("items") or [])
    spec = document.get("spec")
    groups = spec.get("groups") if isinstance(spec, dict) else None
    if groups is None:
        groups = document.get("groups")
    if isinstance(groups, list):
        return read_groups(groups)
    return merge(_dashboards(document))


def _dashboards(document: Mapping[str, Any]) -> Iterator[Artefacts]:
    """The dashboards inside a Kubernetes object."""
    kind, spec = document.get("kind"), document.get("spec") or {}
    if kind == "ConfigMap":
        data = document.get("data") or {}
        yield from (_read(_json(key, data[key])) for key in sorted(data) if key.endswith(".json"))
    elif kind == "GrafanaDashboard" and "json" in spec:
        yield _read(_json("spec.json", spec["json"]))
    elif kind == "GrafanaDashboard" and "gzipJson" in spec:
        yield _read(_json("spec.gzipJson", _unpacked(spec["gzipJson"])))
    elif str(document.get("apiVersion", "")).startswith("dashboard.grafana.app/"):
        if not isinstance(spec.get("panels"), list):
            raise NotReadError("a dashboard of the v2 schema, which is not compared")
        board = read_dashboard({**spec, "uid": document["metadata"]["name"]})
        yield Artefacts(dashboards={board.uid: board})


def _json(key: str, text: Any) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise NotReadError(f"{key} is not JSON") from error


def _unpacked(text: str) -> str:
    try:
        unpacked = zlib.decompressobj(wbits=31).decompress(base64.b64decode(text), MAX_BYTES)
        return unpacked.decode("utf-8")
    except (binascii.Error, zlib.error, UnicodeDecodeError) as error:
        raise NotReadError("spec.gzipJson is not gzip of a dashboard") from error
