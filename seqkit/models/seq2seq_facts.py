"""Facts of a sequence-to-sequence model, stored in the model folder. Imports no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from seqkit.examples import Pair
from seqkit.extend.manager import load, registry
from seqkit.io.json_files import stored_record, write_json
from seqkit.io.json_shapes import different, language, text, texts
from seqkit.models.folder import LANGUAGES
from seqkit.models.options import names_in


@dataclass
class Seq2SeqFacts:
    """Facts of the training pairs: those of each encoder by modality, and those of the decoder."""

    encoders: dict[str, Any]
    decoder: Any
    decoder_name: str
    source_language: str = "xx"
    target_language: str = "xx"
    silver: str | None = None

    @property
    def language(self) -> str:
        """Both languages: `de-en`."""
        return f"{self.source_language}-{self.target_language}"

    @classmethod
    def gather(cls, pairs: Sequence[Pair], options: Any, source_language: str, target_language: str) -> Self:
        """Gather the facts of each encoder and of the decoder from the training split."""
        host = registry()
        encoders = {
            name: load(host.find("encoders", name).facts).gather(pairs, options)
            for name in names_in(options.encoder)
        }
        decoder = load(host.find("decoders", options.decoder).facts).gather(pairs, options, encoders)
        return cls(encoders, decoder, options.decoder, source_language, target_language)

    def save(self, folder: Path) -> None:
        """Write `languages.json`, and the facts of each part."""
        record = {"source": self.source_language, "target": self.target_language}
        write_json(
            folder / LANGUAGES, {**record, "encoders": list(self.encoders), "decoder": self.decoder_name}
        )
        for part in (*self.encoders.values(), self.decoder):
            part.save(folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote. Raises SeqkitError for a file that is missing or invalid."""
        host = registry()
        with stored_record(folder / LANGUAGES, "a sequence-to-sequence model") as stored:
            names, writes = different(texts(stored["encoders"])), text(stored["decoder"])
            source, target = language(stored["source"]), language(stored["target"])
        encoders = {name: load(host.find("encoders", name).facts).load(folder) for name in names}
        decoder = load(host.find("decoders", writes).facts).load(folder)
        return cls(encoders, decoder, writes, source, target)
