"""Checks of the models: names, routes, price dates, engines."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date

from dashgen.spec.checks import known
from dashgen.spec.checks.finding import Finding
from dashgen.spec.document import Path
from dashgen.spec.models import Model, Price
from dashgen.spec.spec import Spec
from dashgen.spec.words import quote


def model_names(spec: Spec) -> Iterator[Finding]:
    """A name or alias belongs to one model."""
    owner: dict[str, tuple[int, Path]] = {}
    for index, model in enumerate(spec.models):
        path: Path = ("models", index, "name")
        if model.name in owner:
            yield _taken(path, "name", model.name, owner[model.name])
        owner.setdefault(model.name, (index, path))
    for index, model in enumerate(spec.models):
        for number, alias in enumerate(model.aliases):
            path = ("models", index, "aliases", number)
            if alias in owner and owner[alias][0] != index:
                yield _taken(path, "alias", alias, owner[alias])
            owner.setdefault(alias, (index, path))


def _taken(path: Path, word: str, name: str, owner: tuple[int, Path]) -> Finding:
    what = "name" if owner[1][-1] == "name" else "alias"
    return Finding(
        path,
        f"the {word} {quote(name)} is already the {what} of another model",
        "names and aliases that belong to one model each",
        "rename one of the two, or make them one model with aliases",
        other=owner[1],
    )


def cloud_models(spec: Spec) -> Iterator[Finding]:
    """``serving`` and ``engine`` are facts of models on our own GPUs."""
    for index, model in enumerate(spec.models):
        if model.route != "cloud":
            continue
        for key, given in (("serving", model.serving is not None), ("engine", model.engine is not None)):
            if given:
                yield Finding(
                    ("models", index, key),
                    f"the cloud model {quote(model.name)} has `{key}`",
                    f"`{key}` only for models with `route: local`",
                    f"remove `{key}`, or write `route: local`",
                    reads=(("models", index, "route"),),
                    key=True,
                )


def engines(spec: Spec) -> Iterator[Finding]:
    """A local model's engine is an exporter that one of the sources scrapes."""
    have = {source.kind for source in spec.sources}
    for index, model in enumerate(spec.models):
        kind = model.engine_kind
        if model.route != "local" or kind is None or kind in have:
            continue
        path: Path = ("models", index, "engine")
        route: Path = ("models", index, "route")
        if kind not in known.kinds():
            expected, action = known.suggest(kind, known.kinds())
            yield Finding(path, f"unknown engine {quote(kind)}", expected, action, reads=(route,))
            continue
        if known.exporter(kind).vantage != "engine":
            continue
        assumed = "" if model.engine else ", the default engine of local models"
        yield Finding(
            path,
            f"no source watches the engine of the local model {quote(model.name)}: {kind}{assumed}",
            f"a source of kind {kind}",
            f"add `- {{kind: {kind}, selector: {{job: {kind}}}}}` to `sources`, or name another `engine`",
            reads=(("models", index, "name"), route, ("sources",)),
        )


def price_dates(spec: Spec) -> Iterator[Finding]:
    """Each day has one price list."""
    for index, model in enumerate(spec.models):
        yield from _price_dates(("models", index, "prices"), model)


def _price_dates(path: Path, model: Model) -> Iterator[Finding]:
    dated = sorted(enumerate(model.prices), key=lambda item: (item[1].from_ or date.min, item[0]))
    for number, price in dated:
        if price.from_ and price.until and price.until <= price.from_:
            yield Finding(
                (*path, number, "until"),
                f"`until: {price.until}` is not after `from: {price.from_}`",
                "a day after `from`, the first on which the prices no longer hold",
                "correct one of the two days",
            )
    for (first, old), (second, new) in itertools.pairwise(dated):
        yield from _overlap(path, (first, old), (second, new))


def _overlap(path: Path, first: tuple[int, Price], second: tuple[int, Price]) -> Iterator[Finding]:
    number, old = first
    later, new = second
    if old.from_ == new.from_:
        what = f"`from: {new.from_}`" if new.from_ else "no `from`"
        yield Finding(
            (*path, later, "from") if new.from_ else (*path, later),
            f"a second price list with {what}",
            "one price list per day; only the oldest may leave `from` out",
            "give it the day from which it holds, or remove it",
            other=(*path, number),
        )
    elif old.until and new.from_ and old.until > new.from_:
        yield Finding(
            (*path, number, "until"),
            f"prices until {old.until} overlap those from {new.from_}",
            "one price list per day",
            f"write `until: {new.from_}`, or leave `until` out: the next list ends it",
            other=(*path, later),
        )


def price_tiers(spec: Spec) -> Iterator[Finding]:
    """Each input length has one tier."""
    for index, model in enumerate(spec.models):
        for number, price in enumerate(model.prices):
            seen: dict[int, int] = {}
            for place, tier in enumerate(price.tiers):
                path: Path = ("models", index, "prices", number, "tiers")
                above = tier.above_input_tokens
                if above in seen:
                    yield Finding(
                        (*path, place, "above_input_tokens"),
                        f"a second tier above {above} input tokens",
                        "a different `above_input_tokens` in each tier",
                        "remove one of the two, or correct its limit",
                        other=(*path, seen[above]),
                    )
                seen.setdefault(above, place)
