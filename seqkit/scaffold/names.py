"""Names in a new plugin: package, record and class, derived from the name of the distribution."""

from __future__ import annotations

import keyword
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from seqkit.errors import SeqkitError, did_you_mean

TEMPLATES = Path(__file__).parents[1] / "templates"
DISTRIBUTION = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
"""Valid names of a new plugin: normalised names of a distribution that are module names with - for _."""


@dataclass(frozen=True)
class PluginNames:
    """The values of a template's placeholders: `seqkit-lem` -> seqkit_lem, lem and Lem."""

    name: str
    kind: str

    @property
    def package(self) -> str:
        """The Python package."""
        return self.name.replace("-", "_")

    @property
    def record(self) -> str:
        """The entry point, and the name of the record."""
        return self.name.removeprefix("seqkit-")

    @property
    def cls(self) -> str:
        """The class, in CamelCase."""
        return "".join(part.capitalize() for part in self.record.split("-"))

    @property
    def values(self) -> dict[str, str]:
        """Placeholder -> value."""
        derived = {"package": self.package, "record": self.record, "cls": self.cls}
        return {"name": self.name, "kind": self.kind, **derived}


def kinds() -> list[str]:
    """Return the kinds of plugin that have a template."""
    return sorted(folder.name for folder in TEMPLATES.iterdir() if folder.is_dir())


def check_names(name: str, kind: str) -> PluginNames:
    """Return the names in a new plugin. Raises SeqkitError for a kind without a template, and for an invalid name."""
    if kind not in kinds():
        raise SeqkitError(
            f"--kind {kind}: there is no such template", did_you_mean(kind, kinds()), exit_code=2
        )
    names = PluginNames(name, kind)
    valid = DISTRIBUTION.fullmatch(name) and names.record and not keyword.iskeyword(names.package)
    if (
        not valid
        or not names.record[:1].isalpha()
        or names.package in sys.stdlib_module_names | {"seqkit", "torch", "numpy", "spacy"}
    ):
        fix = "Use lower-case letters, digits and single hyphens, such as seqkit-lem."
        raise SeqkitError(f"{name}: not a name for a plugin", fix, exit_code=2)
    return names
