"""The exporters of a deployment: where they stand, how to select them, what they call things."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from dashgen.spec.types import Flag, LabelName, LabelValue, Slug, Strict, Text, VersionText

CanonicalLabel = Literal["model", "route", "pod", "namespace", "cluster", "node"]


class Matcher(Strict):
    """One label matcher: exactly one of the four PromQL operators. ``regex`` is RE2 and anchored."""

    equals: LabelValue | None = None
    not_equals: LabelValue | None = None
    regex: LabelValue | None = None
    not_regex: LabelValue | None = None

    @model_validator(mode="after")
    def _one_operator(self) -> Self:
        if sum(value is not None for value in (self.equals, self.not_equals, self.regex, self.not_regex)) != 1:
            raise PydanticCustomError("matcher", "exactly one of equals, not_equals, regex, not_regex")
        return self

    def operator(self) -> tuple[Literal["=", "!=", "=~", "!~"], str]:
        """(PromQL operator, value)."""
        if self.equals is not None:
            return "=", self.equals
        if self.not_equals is not None:
            return "!=", self.not_equals
        if self.regex is not None:
            return "=~", self.regex
        return "!~", self.not_regex or ""


def _matcher(value: Any) -> Any:
    return {"equals": value} if isinstance(value, str) else value


SelectorValue = Annotated[Matcher, BeforeValidator(_matcher, json_schema_input_type=str | Matcher)]


class Source(Strict):
    """One exporter in this deployment.

    ``kind`` names its catalogue entry, ``selector`` the matchers that pick its series and no others,
    ``labels`` what it calls the canonical labels, ``version`` one version or a range for an upgrade in
    progress, ``variant`` which of the exporter's documented configurations runs.
    """

    kind: Text = Field(description="which exporter this is, by its catalogue name", examples=["vllm"])
    name: Slug | None = None
    selector: dict[LabelName, SelectorValue] = Field(
        min_length=1,
        description="label matchers that pick its series and no others",
        examples=[{"job": "vllm"}],
    )
    labels: dict[CanonicalLabel, LabelName] = {}
    vantage: Literal["client", "gateway", "engine", "gpu"] | None = None
    role: Literal["unified", "prefill", "decode"] = "unified"
    version: VersionText | None = None
    variant: Text | None = None
    honor_labels: Flag = Field(
        default=False, description="the scrape job sets honorLabels, so the exporter's own pod labels win"
    )
    enabled: tuple[Text, ...] = Field(default=(), description="metrics that are off by default and on here")
    disabled: tuple[Text, ...] = Field(default=(), description="metrics that are on by default and off here")
    scales_to_zero: Flag = Field(default=False, description="no pods at all is normal, for example at night")

    @property
    def id(self) -> str:
        """The name of the source: as given, else its kind."""
        return self.name or self.kind
