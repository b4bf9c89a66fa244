"""Answers -> the text of every file, from the templates in ``data/``."""

from __future__ import annotations

import functools
from collections.abc import Collection
from importlib import resources
from typing import TYPE_CHECKING

from dashgen import __version__
from dashgen.scaffold.answers import Answers

if TYPE_CHECKING:
    from jinja2 import Environment

# File of the new repository -> its template.
_FILES = {
    ".gitattributes": "gitattributes.j2",
    ".gitignore": "gitignore.j2",
    ".pre-commit-config.yaml": "pre-commit-config.yaml.j2",
    "README.md": "README.md.j2",
    "requirements.txt": "requirements.txt.j2",
    "rules/README.md": "rules-README.md.j2",
}
_CI = {
    "github": {".github/workflows/dashgen.yml": "github.yml.j2"},
    "gitlab": {".gitlab-ci.yml": "gitlab-ci.yml.j2"},
    "none": {},
}


def file_names(ci: str) -> tuple[str, ...]:
    """Files of every new repository with this CI, less those named after its spec."""
    return tuple(sorted(_FILES | _CI[ci]))


def quoted(text: str) -> str:
    """Any text as a YAML scalar on one line, for block and flow context; plain where that is safe."""
    import yaml

    from dashgen.emit.yaml_text import WIDTH, yaml_text

    line = yaml_text([text]).removeprefix("- ")
    if line.count("\n") == 1:
        return line.rstrip("\n")
    # Text of several lines would become a block, which has no place inside {...}.
    one: str = yaml.safe_dump(text, default_style='"', allow_unicode=False, width=WIDTH)
    return one.rstrip("\n")


def newest(kind: str) -> str:
    """The newest version of an exporter that the catalogue knows, as a YAML scalar."""
    from dashgen.catalogue.loader import load

    return quoted(load(kind).newest_text)


def spec_text(answers: Answers) -> str:
    """The example spec."""
    from dashgen.spec.spec import Prometheus
    from dashgen.spec.types import duration_text

    prometheus = Prometheus()
    template = _environment().get_template(answers.stack.template)
    return template.render(
        a=answers,
        stack=answers.stack,
        routes={model.route for model in answers.models},
        default_version=prometheus.version,
        default_scrape_interval=duration_text(prometheus.scrape_interval),
    )


def repository_texts(answers: Answers, commands: Collection[str]) -> dict[str, str]:
    """File -> text of everything but the spec and its output.

    Only ``commands`` that dashgen has are used in CI: a step that cannot succeed is no gate.
    """
    environment = _environment()
    return {
        name: environment.get_template(f"repository/{template}").render(
            a=answers, commands=frozenset(commands), version=__version__
        )
        for name, template in sorted((_FILES | _CI[answers.ci]).items())
    }


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(_source),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters["quoted"] = quoted
    environment.globals["newest"] = newest
    return environment


def _source(name: str) -> str:
    return resources.files("dashgen.scaffold").joinpath("data", *name.split("/")).read_text("utf-8")
