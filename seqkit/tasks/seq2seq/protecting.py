"""Translate sentences so that their protected parts come out, one for one.

Each sentence goes through these stages until one keeps all of its parts:

1. as it is, if its parts are short numbers: the models often copy them;
2. with substitutes in place of the digits alone, if a scale such as million or the ending of an ordinal follows them:
   the model may let it agree with its noun;
3. with substitutes in place of the parts, up to `VARIANTS` choices of them at once;
4. with a missing substitute forced into the output after each of its words in turn (a lexically constrained search with
   one constraint; Hokamp & Liu 2017): the most probable output is kept;
5. what is still missing is added at the end, and repeated substitutes are removed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from seqkit.decoding.options import DecodingOptions
from seqkit.errors import SeqkitError
from seqkit.inference.outputs import Output
from seqkit.tasks.seq2seq.substitutes import Masked, masked
from seqkit.tasks.seq2seq.units import Unit, decoded
from seqkit.text.dates import has_dates, is_written, moment_value, placed
from seqkit.text.languages import writes_blanks
from seqkit.text.number_forms import with_ordinal
from seqkit.text.number_words import has_unit_name, without_ending, without_words
from seqkit.text.protected import NUMBER, Protected, protected

VARIANTS = 3
"""Choices of substitutes that are tried at once; a model with placeholders needs one."""
LONGEST_AS_IT_IS = 8
"""Characters of a part that a model may copy as it is."""
PLACES = 40
"""Positions of an output at which a substitute is forced."""
ROUNDS = 6
"""Substitutes that are forced one after the other."""


class Sentence(NamedTuple):
    """A sentence with protected parts, and what decides its samples."""

    text: str
    parts: Sequence[Protected]
    number: int
    prefix: str


Decode = Callable[[Sequence[Unit]], list[list[Output]]]


class Protecting:
    """Translates sentences with protected parts by models from text to text."""

    def __init__(self, models: Sequence[Any], options: DecodingOptions) -> None:
        self.models, self.options = models, options
        (self._encoder,) = models[0].encoders
        facts = models[0].facts
        self.sides = (facts.source_language, facts.target_language)
        self.placeholders = tuple(models[0].decoder.placeholders)
        self._blanks = writes_blanks(self.sides[1])

    def outputs(self, sentences: Sequence[Sentence]) -> list[list[Output]]:
        """The outputs of each sentence, best first; those that lost a part have `kept` False."""
        found: dict[int, list[Output]] = {}
        for stage in (self._as_they_are, self._with_endings, self._substituted):
            left = [index for index in range(len(sentences)) if index not in found]
            for index, outputs in zip(left, stage([sentences[i] for i in left]), strict=True):
                if outputs:
                    found[index] = outputs
        return [found[index] for index in range(len(sentences))]

    def _as_they_are(self, sentences: Sequence[Sentence]) -> list[list[Output]]:
        """The outputs that keep all parts of sentences with short numbers; none of the others."""
        tried = [i for i, sentence in enumerate(sentences) if _may_be_copied(sentence.parts, self.sides[0])]
        results = self._decoded([sentences[i] for i in tried], [sentences[i].text for i in tried])
        return self._in_form(sentences, dict(zip(tried, results, strict=True)))

    def _with_endings(self, sentences: Sequence[Sentence]) -> list[list[Output]]:
        """The outputs that keep all parts, of sentences with scales and ordinals whose digits were replaced."""
        digits = {
            i: [_without_ending(part) for part in sentence.parts] for i, sentence in enumerate(sentences)
        }
        tried = [i for i, sentence in enumerate(sentences) if digits[i] != list(sentence.parts)]
        results = self._substituted([sentences[i]._replace(parts=digits[i]) for i in tried]) if tried else []
        return self._in_form(sentences, dict(zip(tried, results, strict=True)))

    def _in_form(
        self, sentences: Sequence[Sentence], results: Mapping[int, list[Output]]
    ) -> list[list[Output]]:
        """The outputs of each sentence with its parts in the form of the target; none if the best one lost a part."""
        found: list[list[Output]] = [[] for _ in sentences]
        for index, outputs in results.items():
            forms = [in_form(sentences[index].parts, str(one.value), self.sides) for one in outputs]
            if forms and forms[0] is not None and outputs[0].kept:
                found[index] = [
                    one._replace(value=text)
                    for one, text in zip(outputs, forms, strict=True)
                    if text is not None
                ]
        return found

    def _substituted(self, sentences: Sequence[Sentence]) -> list[list[Output]]:
        variants = 1 if self.placeholders else VARIANTS
        choices = [
            [
                masked(sentence.text, sentence.parts, self.sides, self.placeholders, variant)
                for variant in range(variants)
            ]
            for sentence in sentences
        ]
        flat = [
            (sentence, choice) for sentence, own in zip(sentences, choices, strict=True) for choice in own
        ]
        outputs = iter(self._decoded([one for one, _ in flat], [choice.text for _, choice in flat]))
        return [
            self._best(sentence, [(choice, next(outputs)) for choice in own])
            for sentence, own in zip(sentences, choices, strict=True)
        ]

    def _best(self, sentence: Sentence, tried: Sequence[tuple[Masked, list[Output]]]) -> list[Output]:
        """The outputs of the substitutes that came out best, with the parts put back."""
        tried = [(choice, outputs) for choice, outputs in tried if outputs]
        choice, outputs = min(tried, key=lambda one: (one[0].faults(str(one[1][0].value)), -one[1][0].score))
        kept = [one for one in outputs if not choice.missing(str(one.value))]
        if not kept or choice.missing(str(outputs[0].value)):
            forced = self._forced(sentence, choice, outputs[0])
            kept = [forced, *kept]
        return [self._restored(choice, one) for one in kept]

    def _restored(self, choice: Masked, output: Output) -> Output:
        text = str(output.value)
        kept = output.kept and not choice.faults(text)
        return output._replace(value=choice.restored(text, self.sides[1]), kept=kept)

    def _forced(self, sentence: Sentence, choice: Masked, output: Output) -> Output:
        """An output into which missing substitutes were forced; it counts as one that lost a part."""
        for _ in range(ROUNDS):
            missing = [one for one in choice.missing(str(output.value)) if one not in str(output.value)]
            if not missing:
                break
            better = self._with(sentence, choice, str(output.value), missing[0])
            if better is None:
                break
            output = better
        return output._replace(kept=False)

    def _with(self, sentence: Sentence, choice: Masked, text: str, substitute: str) -> Output | None:
        """The best output that has `substitute` after one of the words of `text`, found greedily."""
        beginnings = self._beginnings(text, substitute, sentence.prefix)
        units = [
            Unit({self._encoder: choice.text}, sentence.number, beginning)
            for beginning in beginnings
            if self._can_write(beginning)
        ]
        options = replace(self.options, beam=1, n_best=1, sample=False, mbr=0)
        found = [outputs[0] for outputs in decoded(self.models, units, options) if outputs]
        return min(found, key=lambda one: (choice.faults(str(one.value)), -one.score), default=None)

    def _beginnings(self, text: str, substitute: str, prefix: str) -> list[str]:
        """The beginnings of `text` at words (else characters), each with the substitute after it."""
        rest = text.removeprefix(prefix)
        words, blank = (rest.split(), " ") if self._blanks else (list(rest), "")
        # The last word ends in the punctuation of the sentence.
        places = range(0, max(len(words), 1), max(1, -(-len(words) // PLACES)))
        return [blank.join(filter(None, [prefix, *words[:place], substitute])) for place in places]

    def _can_write(self, beginning: str) -> bool:
        try:
            self.models[0].decoder.symbols(beginning)
        except SeqkitError:
            return False
        return True

    def _decoded(self, sentences: Sequence[Sentence], texts: Sequence[str]) -> list[list[Output]]:
        units = [
            Unit({self._encoder: text}, sentence.number, sentence.prefix)
            for sentence, text in zip(sentences, texts, strict=True)
        ]
        return decoded(self.models, units, self.options) if units else []


def _may_be_copied(parts: Sequence[Protected], side: str) -> bool:
    return all(
        part.kind == NUMBER
        and (
            moment_value(part.text) is not None
            or (len(without_words(part.text, side)) <= LONGEST_AS_IT_IS and not has_unit_name(part.text))
        )
        for part in parts
    )


def _without_ending(part: Protected) -> Protected:
    text = without_ending(part.text) if part.kind == NUMBER else part.text
    return part._replace(end=part.start + len(text), text=text)


def in_form(parts: Sequence[Protected], output: str, sides: tuple[str, str]) -> str | None:
    """An output with the parts of its source in the form of the target language; None if it does not have them all.

    It must have each part once, and no other number. A part may have gained a unit, as 5 % for 5 percent.
    """
    left = list(parts)
    text, end = "", 0
    for found in protected(output, has_dates(sides)):
        match = next((one for one in left if _same(one, found, output, sides)), None)
        if match is None:
            return None
        left.remove(match)
        exact = match.value(sides[0]) == found.value(sides[1])
        written = found.text if is_written(found.text, sides[1]) else match.written(*sides)
        text, written, _ = placed(text + output[end : found.start], written, "", sides[1])
        text += written if exact else with_ordinal(found.text, written, written, sides[1])
        end = found.end
    return None if left else text + output[end:]


def _same(part: Protected, found: Protected, output: str, sides: tuple[str, str]) -> bool:
    """Whether `found` in an output is `part` of its source; the point after an ordinal number is not in `found`."""
    wanted, value = part.value(sides[0]), found.value(sides[1])
    rest = value.removeprefix(wanted)
    return wanted in (value, value + output[found.end : found.end + 1]) or (
        rest != value and not any(character.isdigit() for character in rest[:1] + rest[-1:])
    )
