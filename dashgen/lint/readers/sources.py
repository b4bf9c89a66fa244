"""Which language a query is written in: that of its data source, as far as a dashboard says what that is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dashgen.lint.subject import Json, items, mapping, text

_PROMQL = re.compile(r"prometheus|victoriametrics-(?:metrics|datasource)|mimir|thanos|cortex|\$", re.IGNORECASE)
"""What the types of data sources that speak PromQL have in them; a variable may be anything."""
_OTHER = re.compile(
    r"loki|tempo|elastic|influx|graphite|mysql|postgres|cloudwatch|clickhouse|jaeger|zipkin|infinity|pyroscope"
    r"|opensearch|stackdriver|azuremonitor|__expr__|victorialogs|testdata",
    re.IGNORECASE,
)
_NO_TYPE = frozenset({"", "datasource", "grafana"})
_VARIABLE = re.compile(r"\$\{?(\w+)(?::\w+)?\}?|\[\[(\w+)\]\]")


@dataclass(frozen=True, slots=True)
class Sources:
    """``types``: the plugin behind each data source variable of a dashboard, and each input it asks for."""

    types: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, board: Json) -> Sources:
        """Those of the JSON of a dashboard."""
        types = {text(item.get("name")): text(item.get("pluginId")) for _, item in items(board.get("__inputs"))}
        for _, item in items(mapping(board.get("templating")).get("list")):
            if item.get("type") == "datasource":
                types[text(item.get("name"))] = text(item.get("query"))
        return cls({name: kind for name, kind in types.items() if name and kind})

    def other_language(self, *holders: Json) -> bool:
        """Whether the data source, of the first of the holders that has one, is known to speak no PromQL."""
        for holder in holders:
            source = holder.get("datasource")
            kind = self._type(source)
            if kind not in _NO_TYPE:
                return _PROMQL.search(kind) is None
            name = text(source.get("uid")) if isinstance(source, Mapping) else text(source)
            if name and not name.startswith("--"):
                return _OTHER.search(name) is not None
        return False

    def _type(self, source: Any) -> str:
        kind = text(source.get("type")) if isinstance(source, Mapping) else ""
        if kind not in _NO_TYPE:
            return kind
        variable = _VARIABLE.fullmatch(text(source.get("uid")) if isinstance(source, Mapping) else text(source))
        return self.types.get(variable[1] or variable[2], "") if variable else ""
