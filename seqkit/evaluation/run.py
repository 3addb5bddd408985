"""Runs a tagger over labelled sentences and scores it: on the words as given, or from raw text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from seqkit.errors import SeqkitError, did_you_mean
from seqkit.evaluation.raw import RawScores, score_raw
from seqkit.evaluation.tagging import TaggingScores, score_tagging
from seqkit.formats.examples import LABELS, RawText, Sentence, Where, kinds_in
from seqkit.text.words import sentences_from


def evaluate_tagger(model: Any, gold: Sequence[Sentence], kinds: Sequence[str]) -> TaggingScores:
    """Accuracies of a tagger on gold words; known and ambiguous are the words that its training had so."""
    facts = model.facts
    scores = score_tagging(gold, model.predict(gold), kinds, facts.known_words, facts.ambiguous)
    return replace(scores, model_silver=facts.silver)


def evaluate_raw(model: Any, gold: Sequence[Sentence], kinds: Sequence[str], language: str) -> RawScores:
    """Word-aligned scores of a tagger that reads the raw text of the gold sentences.

    Raises SeqkitError where the gold sentences do not say where blanks stand.
    """
    system = list(sentences_from(raw_text(gold), language))
    for sentence, labels in zip(system, model.predict(system), strict=True):
        sentence.labels = {kind: labels[kind] for kind in kinds}
    return replace(score_raw(gold, system), model_silver=model.facts.silver)


def raw_text(gold: Sequence[Sentence]) -> Iterator[RawText]:
    """The running text that sentences were made from, with blank lines where CoNLL-U marks a paragraph."""
    offset = 0
    for number, sentence in enumerate(gold):
        if sentence.spaces is None:
            where = f"{sentence.where}: " if sentence.where else ""
            fix = "Leave out --raw, or use a file that does (CoNLL-U, .spacy)."
            raise SeqkitError(f"{where}the words do not say where blanks stand between them", fix)
        new = number == 0 or sentence.document is not None
        text = sentence.text
        if not new and any(line.startswith("# newpar") for line in sentence.lines or ()):
            text = "\n\n" + text
        offset = 0 if new else offset
        yield RawText(
            text, sentence.where or Where("", 0), offset, sentence.document or ("" if new else None)
        )
        offset += len(text)


def kinds_to_score(
    wanted: Sequence[str], model_kinds: Sequence[str], gold: Sequence[Sentence], name: str
) -> tuple[str, ...]:
    """The kinds of label asked for, else all that both the model and the corpus have.

    Raises SeqkitError for no sentence, a kind that the model does not give, and one that the corpus lacks.
    """
    if not gold:
        raise SeqkitError(f"{name}: holds no sentence to evaluate on", "Give a file with labelled sentences.")
    there = kinds_in(gold)
    for kind in wanted:
        if kind not in model_kinds:
            fix = did_you_mean(kind, model_kinds)
            raise SeqkitError(f"--label {kind}: the model does not give it", fix, exit_code=2)
        if kind not in there:
            raise SeqkitError(
                f"{name}: has no {kind} labels", f"It has: {', '.join(there) or 'no labels at all'}."
            )
    both = tuple(kind for kind in model_kinds if kind in there)
    if not both:
        raise SeqkitError(
            f"{name}: has none of the labels that the model gives ({', '.join(model_kinds)})",
            "Label it on the way with a spaCy pipeline: --gold spacy:NAME.",
        )
    return tuple(kind for kind in LABELS if kind in wanted) or both
