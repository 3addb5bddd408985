"""Names of models on the Hugging Face Hub: `hf://owner/name[@revision]`. Imports no torch."""

from __future__ import annotations

import re
from dataclasses import dataclass

from seqkit.errors import SeqkitError
from seqkit.models.folder import HUB

NAME = re.compile(r"hf://(?P<repo>[\w.-]+/[\w.-]+)(?:@(?P<revision>[^@\s]+))?")


@dataclass(frozen=True)
class HubName:
    """A model on the Hub."""

    repo: str
    """owner/name"""
    revision: str = "main"
    """Branch, tag or commit."""

    def __str__(self) -> str:
        return f"{HUB}{self.repo}" + ("" if self.revision == "main" else f"@{self.revision}")


def parsed(name: str) -> HubName:
    """The parts of `hf://owner/name[@revision]`. Raises SeqkitError for anything else."""
    found = NAME.fullmatch(name)
    if not found or any(part.strip(".") == "" for part in found["repo"].split("/")):
        raise SeqkitError(
            f"{name}: not of the form hf://owner/name", "Write hf://owner/name@revision.", exit_code=2
        )
    return HubName(found["repo"], found["revision"] or "main")
