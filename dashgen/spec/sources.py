"""The exporters of a deployment: where they stand, how to select them, what they call things."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from dashgen.spec.types import Flag, LabelName, LabelValue, Slug, Strict, Text, VersionText

CanonicalLabel = Literal["model", "route", "pod", "namespace", "cluster", "node"]


class Matcher(Strict):
    """One label matcher: exactly one of the four PromQL operators. ``regex`` is RE2 and anchored."""

    equals: LabelValue | None = Field(default=None, description="the label's value")
    not_equals: LabelValue | None = Field(default=None, description="a value the label must not have")
    regex: LabelValue | None = Field(
        default=None, description="regular expression (RE2, anchored) the label's value matches"
    )
    not_regex: LabelValue | None = Field(
        default=None, description="regular expression (RE2, anchored) the label's value must not match"
    )

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
    name: Slug | None = Field(
        default=None, description="name of the source and value of the label `llm_source`; its kind when left out"
    )
    selector: dict[LabelName, SelectorValue] = Field(
        min_length=1,
        description="label matchers that pick its series and no others",
        examples=[{"job": "vllm"}],
    )
    labels: dict[CanonicalLabel, LabelName] = Field(
        default={}, description="what the exporter calls our labels, where it is not what the catalogue says"
    )
    vantage: Literal["client", "gateway", "engine", "gpu", "cluster"] | None = Field(
        default=None, description="where it measures; what the catalogue says of its kind when left out"
    )
    role: Literal["unified", "prefill", "decode"] = Field(
        default="unified",
        description="an engine's part in disaggregated serving: requests pass prefill and decode and count once",
    )
    model: Text | None = Field(
        default=None,
        description="the model all its series are of; needed where the exporter does not name it, as TGI or llama.cpp",
    )
    histograms: Literal["classic", "native"] = Field(
        default="classic",
        description="how Prometheus stores its histograms: buckets in series of their own, or native (Prometheus 3)",
    )
    version: VersionText | None = Field(
        default=None,
        description="version of the exporter, or a range during an upgrade; the newest known when left out",
        examples=["0.33", ">=0.10, <=0.33"],
    )
    variant: Text | None = Field(
        default=None,
        description="which of the exporter's documented configurations runs; its default one when left out",
    )
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
