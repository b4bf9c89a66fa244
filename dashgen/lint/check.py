"""What a check is. One file, one class: its docstring is its documentation, its hooks say what it looks at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from dashgen.lint.document import Place
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Edit, Finding, Severity
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Dashboard, Group, Panel, Rule, Subjects

if TYPE_CHECKING:
    from dashgen.lint.live.live import Live
    from dashgen.lint.suppress.suppression import Suppression

Example = Literal["panel", "alert", "record", "rules", "dashboard", "file"]


class Check:
    """Base of all checks; a check overrides the hooks it needs and no others.

    The docstring has a title, which is a sentence, then why it matters, then an indented block after ``Bad:`` and one
    after ``Good:``. ``example`` says what the blocks hold: the expression of a panel, alert or record; the rules of a
    group, parts of a dashboard, or a whole file, as YAML. ``assume`` is what ``--assume`` would have to say for them,
    ``server`` what that of ``--prometheus`` would have: name -> the labels of each series, or ``type`` and ``series``.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    example: ClassVar[Example] = "panel"
    assume: ClassVar[tuple[str, ...]] = ()
    server: ClassVar[Mapping[str, Any]] = {}

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Findings about one PromQL expression, wherever it stands."""
        raise NotImplementedError

    def rule(self, rule: Rule, world: World) -> Iterable[Finding]:
        """Findings about one alert or recording rule."""
        raise NotImplementedError

    def group(self, group: Group, world: World) -> Iterable[Finding]:
        """Findings about a group of rules."""
        raise NotImplementedError

    def panel(self, panel: Panel, world: World) -> Iterable[Finding]:
        """Findings about one panel; rows are panels too."""
        raise NotImplementedError

    def dashboard(self, dashboard: Dashboard, world: World) -> Iterable[Finding]:
        """Findings about a dashboard as a whole."""
        raise NotImplementedError

    def document(self, subjects: Subjects, world: World) -> Iterable[Finding]:
        """Findings about one document: a Kubernetes object, a rule file."""
        raise NotImplementedError

    def project(self, files: Sequence[Subjects], world: World) -> Iterable[Finding]:
        """Findings about everything that belongs to one deployment together."""
        raise NotImplementedError

    def suppression(self, suppression: Suppression) -> Iterable[Finding]:
        """Findings about what somebody wrote to hide findings; asked after all other checks."""
        raise NotImplementedError

    def live(self, expression: Expression, world: World, live: Live) -> Iterable[Finding]:
        """Findings about one expression that a running server answers; asked only when there is one."""
        raise NotImplementedError

    def finding(
        self, place: Place, about: str, found: str, expected: str, action: str = "", edits: Sequence[Edit] = ()
    ) -> Finding:
        """A finding of this check."""
        return Finding(self.code, self.name, self.severity, place, about, found, expected, action, tuple(edits))


HOOKS = ("expression", "rule", "group", "panel", "dashboard", "document", "project", "suppression", "live")


@cache
def hooks(check: Check) -> tuple[str, ...]:
    """The hooks a check overrides."""
    return tuple(hook for hook in HOOKS if getattr(type(check), hook) is not getattr(Check, hook))
