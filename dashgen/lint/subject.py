"""What the checks look at: dashboards, panels, queries, rules, and the expression each of them holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from dashgen.lint.document import Document, Path, Place
from dashgen.lint.expression import Expression

if TYPE_CHECKING:
    from dashgen.lint.readers.error import UnreadableError

Json = Mapping[str, Any]


@dataclass(eq=False, slots=True)
class Query:
    """One target of a panel; ``expression`` is None when it is no PromQL."""

    panel: Panel
    path: Path
    data: Json
    expression: Expression | None = None

    @property
    def ref(self) -> str:
        """Its refId."""
        return text(self.data.get("refId"))

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.panel.dashboard.document, self.path)


@dataclass(eq=False, slots=True)
class Panel:
    """One panel, rows included; ``row`` is the title of the row above it."""

    dashboard: Dashboard
    path: Path
    data: Json
    row: str = ""
    queries: tuple[Query, ...] = ()

    @property
    def title(self) -> str:
        """As shown."""
        return text(self.data.get("title"))

    @property
    def type(self) -> str:
        """The plugin that draws it."""
        return text(self.data.get("type"))

    @property
    def unit(self) -> str:
        """The unit of its values, '' when none is set."""
        return text(mapping(self.defaults).get("unit"))

    @property
    def defaults(self) -> Json:
        """``fieldConfig.defaults``."""
        return mapping(mapping(self.data.get("fieldConfig")).get("defaults"))

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.dashboard.document, self.path)

    @property
    def about(self) -> str:
        """Which panel, in words."""
        number = self.data.get("id")
        known = f" ({number})" if isinstance(number, int) else ""
        return f'panel "{self.title}"{known}' if self.title else f"panel{known or ' without a title'}"


@dataclass(eq=False, slots=True)
class Variable:
    """One variable of a dashboard; ``expression`` is the PromQL of a query variable, such as ``query_result(…)``."""

    dashboard: Dashboard
    path: Path
    data: Json
    expression: Expression | None = None

    @property
    def name(self) -> str:
        """Without the ``$``."""
        return text(self.data.get("name"))

    @property
    def type(self) -> str:
        """query, datasource, custom, constant, textbox, interval, adhoc …"""
        return text(self.data.get("type"))

    @property
    def query(self) -> str:
        """The text of its query, '' when it has none."""
        query = self.data.get("query")
        if isinstance(query, Mapping):
            query = query.get("query")
        return text(query) or text(self.data.get("definition"))

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.dashboard.document, self.path)

    @property
    def about(self) -> str:
        """Which variable, in words."""
        return f"variable ${self.name}"


@dataclass(eq=False, slots=True)
class Dashboard:
    """A classic dashboard, wherever it was found; ``path`` is where its JSON starts in the document."""

    document: Document
    path: Path
    data: Json
    uid: str = ""
    panels: tuple[Panel, ...] = ()
    variables: tuple[Variable, ...] = ()
    annotations: tuple[Expression, ...] = ()

    @property
    def title(self) -> str:
        """As shown."""
        return text(self.data.get("title"))

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.document, self.path)

    @property
    def about(self) -> str:
        """Which dashboard, in words."""
        return f'dashboard "{self.title}"'

    @property
    def queries(self) -> Iterator[Query]:
        """Those of all its panels."""
        return (query for panel in self.panels for query in panel.queries)


@dataclass(eq=False, slots=True)
class Rule:
    """One rule of a group; ``expression`` is None when it has none."""

    group: Group
    path: Path
    data: Json
    expression: Expression | None = None

    @property
    def kind(self) -> Literal["alert", "record"]:
        """What it makes."""
        return "alert" if "alert" in self.data else "record"

    @property
    def name(self) -> str:
        """Of the alert, or of the series it records."""
        return text(self.data.get(self.kind))

    @property
    def labels(self) -> Mapping[str, str]:
        """Those it adds."""
        return texts(self.data.get("labels"))

    @property
    def group_labels(self) -> Mapping[str, str]:
        """Those its group adds to all of its rules (Prometheus 3)."""
        return texts(self.group.data.get("labels"))

    @property
    def annotations(self) -> Mapping[str, str]:
        """Templates by name."""
        return texts(self.data.get("annotations"))

    @property
    def wait(self) -> str:
        """``for`` as written; '' when it fires at once."""
        return text(self.data.get("for"))

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.group.document, self.path)

    @property
    def about(self) -> str:
        """Which rule, in words."""
        return f"{self.kind} {self.name}"


@dataclass(eq=False, slots=True)
class Group:
    """One group of rules, in the order they are evaluated."""

    document: Document
    path: Path
    data: Json
    rules: tuple[Rule, ...] = ()

    @property
    def name(self) -> str:
        """Of the group."""
        return text(self.data.get("name"))

    @property
    def interval(self) -> str:
        """As written; '' when it is the server's."""
        return text(self.data.get("interval"))

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.document, self.path)


@dataclass(eq=False, slots=True)
class Subjects:
    """Everything found in one document. ``resource``: the kind of Kubernetes object it is, '' for none.

    ``tests`` are expressions of a promtool test file, ``tested`` the alerts it names and where. ``unreadable``: the
    parts that could not be looked at, and what is wrong in the rest.
    """

    document: Document
    resource: str = ""
    dashboards: list[Dashboard] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    tests: list[Expression] = field(default_factory=list)
    tested: list[tuple[str, Place]] = field(default_factory=list)
    unreadable: list[UnreadableError] = field(default_factory=list)

    @property
    def rules(self) -> Iterator[Rule]:
        """Those of all groups."""
        return (rule for group in self.groups for rule in group.rules)

    @property
    def expressions(self) -> Iterator[Expression]:
        """Every PromQL expression, in the order of the file."""
        for board in self.dashboards:
            yield from (each.expression for each in board.variables if each.expression is not None)
            yield from board.annotations
            yield from (query.expression for query in board.queries if query.expression is not None)
        yield from (rule.expression for rule in self.rules if rule.expression is not None)
        yield from self.tests


def text(value: Any) -> str:
    """``value`` when it is text, or the text of a number; '' else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def texts(value: Any) -> Mapping[str, str]:
    """A mapping of text to text; what is no text is left out."""
    if not isinstance(value, dict):
        return {}
    return {str(key): str(item) for key, item in value.items() if isinstance(item, (str, int, float))}


def mapping(value: Any) -> Json:
    """``value`` when it is a mapping; an empty one else."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[tuple[int, Json]]:
    """The mappings in a list, each with its index; nothing when it is no list."""
    if not isinstance(value, list):
        return []
    return [(index, item) for index, item in enumerate(value) if isinstance(item, dict)]
