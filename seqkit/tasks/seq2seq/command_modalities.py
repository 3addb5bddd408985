"""The modalities of the model of `seqkit translate`, read before the model is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seqkit.extend.specs import DecoderSpec, EncoderSpec


@dataclass(frozen=True)
class Modalities:
    """The modalities that a model reads and writes."""

    encoders: tuple[EncoderSpec, ...]
    decoder: DecoderSpec

    @property
    def reads_lines(self) -> bool:
        """Whether its sources are lines of text and nothing else."""
        return len(self.encoders) == 1 and self.encoders[0].reader is None

    @property
    def writes_files(self) -> bool:
        """Whether each output is a separate file."""
        return self.decoder.writer is not None


def modalities_of(model: str) -> Modalities | None:
    """Read the modalities from a model's configuration; None for "", another task, or a missing plugin."""
    from seqkit.extend.manager import registry
    from seqkit.models.folder import model_info
    from seqkit.models.options import names_in

    options = model_info(model).config["options"] if model else {}
    if "encoder" not in options or "decoder" not in options:
        return None
    there = {kind: {p.spec.name: p.spec for p in registry().all(kind)} for kind in ("encoders", "decoders")}
    names = names_in(str(options["encoder"]))
    if not set(names) <= set(there["encoders"]) or options["decoder"] not in there["decoders"]:
        return None
    return Modalities(tuple(there["encoders"][name] for name in names), there["decoders"][options["decoder"]])


def source_language(model: str) -> str:
    """The name of the model's source side, such as "de"; "" if its folder does not record it."""
    from seqkit.errors import SeqkitError
    from seqkit.io.json_files import read_json
    from seqkit.models.folder import LANGUAGES, model_folder

    try:
        return str(read_json(model_folder(model) / LANGUAGES).get("source", ""))
    except (SeqkitError, AttributeError):
        return ""
