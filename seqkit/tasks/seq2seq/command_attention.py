"""`seqkit translate --attention`: a picture of the model's attention."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqkit.io.streams import data_text
from seqkit.tasks.seq2seq.items import Item, source_of

if TYPE_CHECKING:
    from seqkit.evaluation.attention import Alignment
    from seqkit.examples import Translation


class FirstLine:
    """The first line with a translation, kept for a picture of its attention."""

    def __init__(self, model: Any = None, path: Path | None = None) -> None:
        from seqkit.errors import SeqkitError

        self.model, self.path = model, path
        self.pair: tuple[Mapping[str, Any], str] | None = None
        if path is not None:
            from seqkit.evaluation.pictures import check_picture

            check_picture(path)
        if path is not None and model.options.attention == "none":
            fix = "Train one that has: --set attention=dot."
            raise SeqkitError("--attention: the model has no attention", fix, exit_code=2)

    def see(self, item: Item, translations: Sequence[Translation]) -> None:
        """Remember the source if it is the first."""
        if self.path is None or self.pair is not None:
            return
        source = source_of(item, next(iter(self.model.encoders)))
        if source and translations and translations[0].text:
            self.pair = (source, translations[0].text)

    def show(self) -> None:
        """Write the plot; on a terminal, also print a small one."""
        if self.path is None:
            return
        from seqkit.errors import SeqkitError
        from seqkit.evaluation.attention import alignment, in_characters
        from seqkit.models.usable import parts_of

        if self.pair is None:
            raise SeqkitError("--attention: there is no output to show", "Give an input that is not empty.")
        (part, *others) = parts_of(self.model, self.pair[0])
        if others:
            fix = "The outputs are written. Give a part of the input."
            raise SeqkitError(f"{self.path}: not drawn, because the input is too long for a picture", fix)
        found = alignment(self.model, part, self.pair[1])
        picture_of_attention(self.path, self.model, part, found)
        if data_text().isatty() and list(part) == ["text"]:
            print(in_characters(found), file=data_text())


def picture_of_attention(path: Path, model: Any, source: Mapping[str, Any], found: Alignment) -> None:
    """Draw the attention over a view of the source (a spectrogram, a picture, frames) if its encoder offers one."""
    from seqkit.evaluation import attention
    from seqkit.evaluation.pictures import letters_of_any_script

    ((name, value), *others) = source.items()
    encoder = model.encoders[name]
    with letters_of_any_script() as missing:
        view = None if others else encoder.view(value)
        if view is None:
            attention.heat_map(path, found)
        else:
            attention.media_heat_map(path, found, view, encoder.unit)
    for note in missing:
        print(note, file=sys.stderr)
