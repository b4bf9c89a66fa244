"""Files with findings -> files without those that can be mended, each change proven by looking again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dashgen.lint.finding import Finding
from dashgen.lint.fix.apply import fixed

Look = Callable[[Mapping[str, str]], Sequence[Finding]]
"""What is found in files that belong together: their texts, by name."""
ROUNDS = 10
"""One change may make room for another: of two that meet, or behind a name that was unknown before."""
_UNREADABLE = "syntax-error"


@dataclass(frozen=True, slots=True)
class Mended:
    """``texts`` are the files that changed. ``findings`` are gone, ``kept`` could not be mended."""

    texts: Mapping[str, str]
    findings: tuple[Finding, ...]
    kept: tuple[Finding, ...]


def mend(texts: Mapping[str, str], look: Look) -> Mended:
    """Make the edits of what ``look`` finds as long as that helps.

    A change stays when the finding is gone after it and everything can still be read; where several changes together
    do not do that, halves of them are tried, down to one.
    """
    now, gone, refused = dict(texts), list[Finding](), set[tuple[str, ...]]()
    found = look(now)
    for _ in range(ROUNDS):
        progress = False
        wanted = [each for each in found if each.edits and _key(each) not in refused]
        for name in dict.fromkeys(each.place.document.file for each in wanted):
            own = [each for each in wanted if each.place.document.file == name]
            waiting = [own]
            while waiting:
                some = waiting.pop()
                changed = fixed(now[name], some) if name in now else None
                again = look({**now, name: changed.text}) if changed is not None and changed.mended else found
                if changed is not None and changed.mended and _helped(changed.mended, found, again):
                    now[name], found, progress = changed.text, again, True
                    gone += changed.mended
                    # What the others point at has moved.
                    break
                if len(some) == 1:
                    refused.add(_key(some[0]))
                else:
                    waiting += [some[len(some) // 2 :], some[: len(some) // 2]]
        if not progress:
            break
    return Mended(
        {name: text for name, text in now.items() if text != texts[name]},
        tuple(gone),
        tuple(each for each in found if each.edits),
    )


def _helped(mended: Sequence[Finding], before: Sequence[Finding], after: Sequence[Finding]) -> bool:
    """Whether what was to be mended is found less often, and nothing became unreadable."""
    less, more = Counter(map(_key, before)), Counter(map(_key, after))
    wanted = Counter(map(_key, mended))
    unreadable = [sum(each.name == _UNREADABLE for each in found) for found in (before, after)]
    return unreadable[1] <= unreadable[0] and all(more[key] <= less[key] - count for key, count in wanted.items())


def _key(finding: Finding) -> tuple[str, ...]:
    return finding.place.document.file, finding.code, finding.about, finding.found
