"""The files of one output as planning needs them: hashes, and the bytes compressed to a tenth.

A thousand specs make 300 MB of text; hashes decide what is stale, so bytes are only unpacked to be written.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dashgen.emit.manifest import Manifest, digest

if TYPE_CHECKING:
    from dashgen.emit.output import Output

# Level 1 costs a third of a millisecond per file, and more would save little.
_LEVEL = 1


@dataclass(frozen=True, slots=True)
class Packed:
    """Everything one spec produces, file names relative to ``out/<name>/``.

    ``current`` says the output folder is known to hold exactly this; only then may ``packed`` be empty.
    """

    name: str
    spec_file: str
    digests: Mapping[str, str]
    packed: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    current: bool = False

    @classmethod
    def of(cls, output: Output) -> Packed:
        """The output, packed."""
        contents = output.contents()
        return cls(
            output.name,
            output.spec_file,
            {name: digest(content) for name, content in contents.items()},
            {name: zlib.compress(content, _LEVEL) for name, content in contents.items()},
        )

    @property
    def manifest(self) -> Manifest:
        """The manifest of the folder that holds these files."""
        return Manifest(self.spec_file, self.digests)

    def content(self, name: str) -> bytes:
        """The bytes of one file."""
        return zlib.decompress(self.packed[name])
