"""The Jinja templates of ``rules/``: found, rendered in a sandbox, and their mistakes told with file and line."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateNotFound, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from dashgen.errors import InputError, Location, Problem
from dashgen.folders import packaged_rules

BASE = "_base/runbook.md.j2"
INDEX = "_base/index.md.j2"


class Templates:
    """Templates of the user's ``rules/`` first, then those that come with dashgen."""

    def __init__(self, rules: Path | None) -> None:
        self._folders = [folder for folder in (rules, packaged_rules()) if folder is not None]
        # Markdown is no HTML: what needs escaping is escaped before templates see it.
        self._environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(self._folders),
            undefined=StrictUndefined,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def of_alert(self, name: str) -> Template:
        """The template of an alert; the base when nobody wrote one.

        Raises:
            InputError: when it cannot be read.
        """
        own = f"{name}/runbook.md.j2"
        return self._load(own if any((folder / own).is_file() for folder in self._folders) else BASE)

    def index(self) -> Template:
        """The template of the index.

        Raises:
            InputError: when it cannot be read.
        """
        return self._load(INDEX)

    def render(self, template: Template, words: Mapping[str, Any]) -> str:
        """The whole text of a template.

        Raises:
            InputError: when the template says something dashgen does not know.
        """
        with self._mistakes(str(template.name)):
            return template.render(words)

    def brief(self, template: Template, words: Mapping[str, Any]) -> str:
        """The block ``brief`` by itself: one sentence for the index; empty when the template has none.

        Raises:
            InputError: when the template says something dashgen does not know.
        """
        block = template.blocks.get("brief")
        if block is None:
            return ""
        with self._mistakes(str(template.name)):
            return " ".join("".join(block(template.new_context(dict(words)))).split())

    def _load(self, name: str) -> Template:
        with self._mistakes(name):
            return self._environment.get_template(name)

    @contextmanager
    def _mistakes(self, name: str) -> Iterator[None]:
        """Whatever goes wrong while a template runs is a mistake of the template, and told as one."""
        try:
            yield
        except TemplateSyntaxError as error:
            raise self._problem(error.filename or name, error.lineno, str(error.message)) from None
        except Exception as error:
            frames = [frame for frame in traceback.extract_tb(error.__traceback__) if self._is_ours(frame.filename)]
            if frames:
                text = str(error) or type(error).__name__
                if isinstance(error, TemplateNotFound):
                    text = f"there is no template {error.name}"
                raise self._problem(frames[-1].filename, frames[-1].lineno or 0, text) from None
            if isinstance(error, (OSError, UnicodeDecodeError)):
                raise self._problem(self._path(name), 0, f"cannot be read: {error}") from None
            raise

    def _is_ours(self, file: str) -> bool:
        return file.endswith(".j2") and any(Path(file).is_relative_to(folder) for folder in self._folders)

    def _path(self, name: str) -> str:
        return str(next((folder / name for folder in self._folders if (folder / name).exists()), name))

    def _problem(self, file: str, line: int, text: str) -> InputError:
        path = Path(file)
        shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
        where = Location(str(shown), line, 1) if line else Location(str(shown))
        expected = "a Jinja2 template that uses what dashgen gives it; rules/_base/runbook.md.j2 shows all of it"
        return InputError([Problem(where, text, expected, "correct the template, or remove it to use dashgen's own")])
