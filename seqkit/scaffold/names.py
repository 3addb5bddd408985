"""Names in a new plugin: distribution, package, record and class, all from one."""

from __future__ import annotations

import keyword
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from seqkit.errors import SeqkitError, did_you_mean

TEMPLATES = Path(__file__).parents[1] / "templates"
DISTRIBUTION = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
"""Valid names of a new plugin: a normalised name of a distribution that is also one of a module."""


@dataclass(frozen=True)
class PluginNames:
    """The values for a template: `seqkit-lem` -> seqkit_lem, lem and Lem."""

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
        own = {"package": self.package, "record": self.record, "cls": self.cls}
        return {"name": self.name, "kind": self.kind, **own}


def kinds() -> list[str]:
    """The kinds that have a template."""
    return sorted(folder.name for folder in TEMPLATES.iterdir() if folder.is_dir())


def check_names(name: str, kind: str) -> PluginNames:
    """The names of a new plugin. Raises SeqkitError for a kind without a template, and for an unusable name."""
    if kind not in kinds():
        raise SeqkitError(
            f"--kind {kind}: there is no such template", did_you_mean(kind, kinds()), exit_code=2
        )
    names = PluginNames(name, kind)
    usable = DISTRIBUTION.fullmatch(name) and names.record and not keyword.iskeyword(names.package)
    if (
        not usable
        or not names.record[:1].isalpha()
        or names.package in sys.stdlib_module_names | {"seqkit", "torch", "numpy", "spacy"}
    ):
        fix = "Use lower-case letters, digits and single hyphens, such as seqkit-lem."
        raise SeqkitError(f"{name}: not a name for a plugin", fix, exit_code=2)
    return names
