"""Lines of text as their sentences: split, translated with protected parts, and joined as they were written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from seqkit.data.items import is_of_text
from seqkit.decoding.options import DecodingOptions
from seqkit.inference.outputs import Output, Source
from seqkit.models.folder import model_folder
from seqkit.tasks.seq2seq.substitutes import MOST
from seqkit.tasks.seq2seq.units import Unit, decoded, joined
from seqkit.text.capitals import in_capitals, lower_case
from seqkit.text.languages import writes_blanks
from seqkit.text.line_sentences import LinePart, Starts, by_rule, by_segmenter, line_sentences
from seqkit.text.markup import with_markup, without_markup
from seqkit.text.placeholders import replaced
from seqkit.text.protected import BEGINNING, MARKUP, Finder, Protected, has_letters

SEGMENTER = "segmenter"
"""The folder of a model's segmenter; see `seqkit.tasks.segmenting`, which a single sentence need not import."""
STRIDE = 16
"""Numbers that decide samples, from one sentence of a line to the next: few have so many parts."""


@dataclass(frozen=True)
class LineHandling:
    """How a line of text is prepared. Picklable."""

    split: bool = True
    """Translate each sentence of a line on its own."""
    protect: bool = True
    """Keep numbers, addresses, code and markup."""
    segmenter: str = ""
    """What finds sentences: a segmenter's name or folder, or "spacy" for the rule; "": the model's, else the rule."""
    model: str = ""
    """Name or folder of the model, which may hold a segmenter and the result of a calibration."""
    confidence: bool = True
    """Give the confidence of translations by a calibrated model."""

    @property
    def changes(self) -> bool:
        """Whether anything is done to lines."""
        return self.split or self.protect

    def starts(self, language: str) -> Starts:
        """What finds the sentences of a line. Raises SeqkitError for a name that is no segmenter."""
        if not self.split:
            return lambda line: []
        if not self.segmenter and not (self.model and (model_folder(self.model) / SEGMENTER).is_dir()):
            return by_rule(language)
        from seqkit.tasks.segmenting import RULES, load_segmenter, own_segmenter

        if self.segmenter and self.segmenter != RULES:
            return by_segmenter(load_segmenter(self.segmenter))
        own = own_segmenter(self.model) if self.model and not self.segmenter else None
        return by_segmenter(load_segmenter(str(own))) if own is not None else by_rule(language)


def handles(models: Sequence[Any]) -> bool:
    """Whether models turn text into text."""
    options = models[0].options
    return is_of_text(list(models[0].encoders), options.decoder) and bool(models[0].decoder.joins_parts)


class Job(NamedTuple):
    """A sentence on its way through a model."""

    text: str
    """Without markup."""
    parts: Sequence[Protected]
    gap: str
    """White space after it."""
    number: int
    prefix: str
    put_back: Callable[[str], str]
    """Puts the markup back into its translation."""


class Lines:
    """The translation of lines by models from text to text."""

    def __init__(self, models: Sequence[Any], options: DecodingOptions, handling: LineHandling) -> None:
        self.models, self.options, self.handling = models, options, handling
        facts = models[0].facts
        self.sides = (facts.source_language, facts.target_language)
        self._starts = handling.starts(self.sides[0])
        (self._encoder,) = models[0].encoders
        self._find = Finder(models[0].encoders[self._encoder].knows, self.sides)

    def outputs(self, lines: Sequence[str | None], numbers: Sequence[int]) -> list[list[Output]]:
        """The outputs of each line, best first. Args: numbers, that determine samples, of each line."""
        jobs = [
            self._jobs(line, number) if line is not None else ("", [])
            for line, number in zip(lines, numbers, strict=True)
        ]
        found = iter(self._worked([job for _, own in jobs for job in own]))
        return [self._joined(beginning, own, [next(found) for _ in own]) for beginning, own in jobs]

    def _jobs(self, line: str, number: int) -> tuple[str, list[Job]]:
        """Markdown at the beginning of the line, and its sentences."""
        begins = BEGINNING.match(line) if self.handling.protect else None
        beginning = begins.group().lstrip() if begins is not None else ""
        parts = line_sentences(line[begins.end() if begins is not None else 0 :], self._starts)
        if self.handling.protect:
            parts = [piece for part in parts for piece in self._with_few_parts(part)]
        jobs = []
        for place, part in enumerate(parts):
            prefix = self.options.prefix if place == 0 else ""
            jobs.append(self._job(part, number + STRIDE * place, prefix))
        return beginning, jobs

    def _with_few_parts(self, part: LinePart) -> Iterator[LinePart]:
        """The sentence, cut before a word if it has more protected parts than are replaced at once."""
        parts = [one for one in self._find(part.text) if one.kind != MARKUP]
        start = 0
        for one in parts[MOST::MOST]:
            cut = part.text.rfind(" ", start, one.start) + 1
            if cut > start:
                text = part.text[start:cut].rstrip()
                yield LinePart(text, part.text[start + len(text) : cut])
                start = cut
        yield LinePart(part.text[start:], part.gap)

    def _job(self, part: LinePart, number: int, prefix: str) -> Job:
        text, marks = without_markup(part.text) if self.handling.protect else (part.text, [])
        words, parts = len(text.split()), self._find(text) if self.handling.protect else []
        capitals = self.handling.protect and in_capitals(text)
        if capitals:
            text = lower_case(text, parts)
            parts = self._find(text)

        def put_back(found: str) -> str:
            return with_markup(found.upper() if capitals else found, marks, words)

        return Job(text, parts, part.gap, number, prefix, put_back)

    def _worked(self, jobs: Sequence[Job]) -> list[list[Output]]:
        """The outputs of each sentence: plain ones are decoded together, others keep what is protected."""
        plain: list[int] = []
        special: list[int] = []
        found: dict[int, list[Output]] = {}
        for index, job in enumerate(jobs):
            if self.handling.protect and not has_letters(
                replaced(job.text, [(one, " ") for one in job.parts])
            ):
                found[index] = [self._copied(job)]
            else:
                (special if job.parts else plain).append(index)
        units = [Unit({self._encoder: jobs[i].text}, jobs[i].number, jobs[i].prefix) for i in plain]
        found |= dict(zip(plain, decoded(self.models, units, self.options) if units else [], strict=True))
        found |= dict(zip(special, self._special([jobs[i] for i in special]) if special else [], strict=True))
        return [
            [one._replace(value=job.put_back(str(one.value))) for one in found[index]]
            for index, job in enumerate(jobs)
        ]

    def _special(self, jobs: Sequence[Job]) -> list[list[Output]]:
        """The outputs of sentences with protected parts."""
        from seqkit.tasks.seq2seq.protecting import Protecting, Sentence

        sentences = [Sentence(job.text, job.parts, job.number, job.prefix) for job in jobs]
        return Protecting(self.models, self.options).outputs(sentences)

    def _copied(self, job: Job) -> Output:
        """A sentence without words, with its numbers in the form of the target language."""
        text = replaced(job.text, [(part, part.written(*self.sides)) for part in job.parts])
        return Output(" ".join(filter(None, [job.prefix, text])), 0.0, 0.0, 1)

    def _joined(self, beginning: str, jobs: Sequence[Job], outputs: Sequence[list[Output]]) -> list[Output]:
        """The outputs of a line of those of its sentences."""
        if not jobs:
            return []
        gaps = [job.gap for job in jobs]
        found = joined(outputs, lambda values: self._text(values, gaps), self.options)
        return [one._replace(value=beginning + str(one.value)) for one in found] if beginning else found

    def _text(self, values: Sequence[str], gaps: Sequence[str]) -> str:
        """Sentences with the white space between them, as the target language writes it."""
        if not writes_blanks(self.sides[1]):
            return "".join(values)
        return "".join(
            value + (gap or " ") for value, gap in zip(values, gaps, strict=True) if value
        ).rstrip()


def lines_of(sources: Sequence[Source | None]) -> list[str | None]:
    """The text of each source."""
    return [None if source is None else next(iter(source.values())) for source in sources]
