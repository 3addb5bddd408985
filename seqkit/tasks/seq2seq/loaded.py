"""A translator in Python: `seqkit.load("de-en").translate(lines)`. Imports no torch for a few lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import chain
from typing import Any

from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors, SourceLocation, Translation
from seqkit.tasks.application import ApplyRequest
from seqkit.tasks.applying import applied, in_place
from seqkit.tasks.loaded import LoadedModel, good_output
from seqkit.tasks.option_types import with_checked_options
from seqkit.tasks.python_values import ScoredText, checked_text, checked_texts
from seqkit.tasks.text_records import TextItem

ATTENTIVE = 3
"""Most translations whose attention a notebook shows at once."""


class TranslatedText(ScoredText):
    """A translation. It is a string, with its source, its scores, and a picture of its attention in a notebook."""

    source: str
    score: float
    """Translations of one source are ranked by it: the log-probability after the length penalty."""
    confidence: float | None
    """Probability that it is good, as is `familiarity` of its source; None without calibration."""
    familiarity: float | None
    agreement: float | None
    """Mean chrF2 of samples from the model against it; None if none were drawn."""
    doubtful: bool
    model: LoadedTranslator

    @classmethod
    def of(cls, found: Translation, source: str, model: LoadedTranslator) -> TranslatedText:
        """A translation of a source by a model."""
        made = cls(found.text, found.log_prob)
        made.source, made.score, made.model = source, found.score, model
        made.confidence, made.familiarity, made.agreement, made.doubtful = found[3:]
        return made

    def _repr_html_(self) -> str:
        return _row(self) + self.model.attention_html(self)


class Translations(list[str]):
    """Translations, each a `TranslatedText`; "" of an empty line."""

    def _repr_html_(self) -> str:
        """A line for each, then pictures of the attention of the first ones."""
        shown = [one for one in self if isinstance(one, TranslatedText)]
        pictures = (one.model.attention_html(one) for one in shown[:ATTENTIVE])
        return "".join(chain(map(_row, shown), pictures))


class LoadedTranslator(LoadedModel):
    """A trained model that turns one sequence into another."""

    @with_checked_options
    def translate(
        self,
        lines: str | Iterable[str],
        *,
        beam: int | None = None,
        n_best: int = 1,
        length_penalty: float | None = None,
        sample: bool = False,
        top_p: float | None = None,
        temperature: float | None = None,
        seed: int = 1,
        mbr: int = 0,
        utility: str = "",
        agreement: int = 0,
        prefix: str = "",
        max_ratio: float | None = None,
        coverage_penalty: float | None = None,
        block_loops: bool = True,
        split: bool = True,
        protect: bool = True,
        segmenter: str = "",
    ) -> Translations:
        """The best translation of each line, or with `n_best` so many of each; "" for an empty line.

        Args: lines, a text, which is taken as its lines, or several lines; the others, as the options of
        `seqkit translate`. Raises SeqkitError, and TypeError for what is no text.
        """
        options = {"beam": beam, "length_penalty": length_penalty, "top_p": top_p, "temperature": temperature}
        options |= {"max_ratio": max_ratio, "n_best": n_best, "sample": sample, "seed": seed, "mbr": mbr}
        options |= {"split": split, "protect": protect, "block_loops": block_loops}
        options |= {"coverage_penalty": coverage_penalty, "agreement": agreement}
        given = {name: value for name, value in options.items() if value is not None}
        texts = {"utility": utility, "prefix": checked_text(prefix), "segmenter": segmenter}
        request = self.request({**given, **texts})
        outputs = self._outputs(self._items(lines_of(lines), request), request)
        found = [good_output(output, number) for number, output in enumerate(outputs, 1)]
        return Translations(text for own in found for text in (own or [""]))

    def pipe(self, texts: Iterable[str], *, on_error: str = "stop", **options: Any) -> Iterator[Any]:
        """The translation of each of a stream of lines, a list of them with `n_best`; in order and in flat memory.

        Args: options, as of `translate`; on_error, "skip" yields None in place of a line that cannot be translated.
        """
        for found in super().pipe(texts, on_error=on_error, **options):
            several = found is None or options.get("n_best", 1) > 1
            yield found if several else next(iter(found), "")

    def attention_html(self, translation: TranslatedText) -> str:
        """A picture of the attention when the model writes a translation; "" for a model that has none to show."""
        from seqkit.evaluation.attention import alignment, heat_map_figure
        from seqkit.evaluation.pictures import html_of, letters_of_any_script
        from seqkit.models.usable import parts_of

        ((name, _),) = self.loaded.encoders.items()
        parts = parts_of(self.loaded, {name: translation.source})
        if self.loaded.options.attention == "none" or len(parts) != 1 or not translation:
            return ""
        with letters_of_any_script():
            return html_of(heat_map_figure(alignment(self.loaded, parts[0], str(translation))))

    def _items(self, inputs: Iterable[Any], request: ApplyRequest, first: int = 1) -> Iterator[Any]:
        for number, one in enumerate(inputs, first):
            if isinstance(one, str):
                yield TextItem(one, number - 1, SourceLocation("text", number))
            else:
                yield from self.task.read(str(one), request, RecordErrors())

    def _outputs(self, items: Iterable[Any], request: ApplyRequest) -> Iterator[Any]:
        """The translations of each line, a list; a SeqkitError in place of a line that the model cannot take."""
        for _, item, found in applied(self.task, self._applied(request), items, request, bad=in_place):
            bad = isinstance(found, SeqkitError)
            yield found if bad else [TranslatedText.of(one, item.text, self) for one in found]

    def _together(self, outputs: Sequence[list[TranslatedText]]) -> Translations:
        return Translations(text for found in outputs for text in found)


def lines_of(lines: object) -> Iterable[str]:
    """The lines of a text, or several lines, each checked. Raises TypeError for anything else."""
    if isinstance(lines, str):
        return (checked_text(lines) or "\n").splitlines()
    if not isinstance(lines, Iterable) or isinstance(lines, bytes):
        raise TypeError(f"expected a text or several lines (str), got {type(lines).__name__}")
    return checked_texts(lines)


def _row(translation: TranslatedText) -> str:
    """Source and translation as a line of HTML."""
    return f'<p dir="auto">{escape(translation.source)} → <b>{escape(translation)}</b></p>'
