"""Run a tagger over labelled sentences and score it, on gold words or from raw text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from seqkit.errors import SeqkitError, did_you_mean
from seqkit.evaluation.raw import RawScores, score_raw
from seqkit.evaluation.spans import score_span_kinds
from seqkit.evaluation.tagging import TaggingScores, score_tagging
from seqkit.examples import RawText, Sentence, SourceLocation
from seqkit.labels.kinds import in_order, kinds_in, missing_labels_fix
from seqkit.labels.schemes import repaired_labels, schemes_of
from seqkit.text.segmenters import Segmenter


def evaluate_tagger(model: Any, gold: Sequence[Sentence], kinds: Sequence[str]) -> TaggingScores:
    """Accuracies of a tagger on gold words; known and ambiguous refer to its training split."""
    facts, predicted = model.facts, predict(model, gold)
    scores = score_tagging(gold, predicted, kinds, facts.known_words, facts.ambiguous)
    return replace(scores, model_silver=facts.silver, spans=score_span_kinds(gold, predicted, kinds))


def predict(model: Any, sentences: Sequence[Sentence]) -> Sequence[Mapping[str, list[str]]]:
    """Predict labels as `seqkit tag` writes them, with tags out of order repaired."""
    schemes = schemes_of(model.facts.labels)
    predicted: Sequence[Mapping[str, list[str]]] = model.predict(sentences)
    return [repaired_labels(labels, schemes) for labels in predicted] if schemes else predicted


def evaluate_raw(
    model: Any, gold: Sequence[Sentence], kinds: Sequence[str], segmenter: Segmenter
) -> RawScores:
    """Word-aligned scores of a tagger on the raw text of the gold sentences.

    Raises SeqkitError if the gold sentences do not record spaces.
    """
    system = list(segmenter.sentences(raw_text(gold)))
    for sentence, labels in zip(system, predict(model, system), strict=True):
        sentence.labels = {kind: labels[kind] for kind in kinds}
    return replace(score_raw(gold, system), model_silver=model.facts.silver)


def raw_text(gold: Sequence[Sentence]) -> Iterator[RawText]:
    """Restore the running text of sentences, with blank lines at the paragraphs of CoNLL-U."""
    offset = 0
    for number, sentence in enumerate(gold):
        if sentence.spaces is None:
            where = f"{sentence.where}: " if sentence.where else ""
            fix = "Leave out --raw, or use a file that does (CoNLL-U, .spacy)."
            raise SeqkitError(f"{where}the white space between words is not known", fix)
        new = number == 0 or sentence.document is not None
        text = sentence.text
        if not new and any(line.startswith("# newpar") for line in sentence.lines or ()):
            text = "\n\n" + text
        offset = 0 if new else offset
        yield RawText(
            text, sentence.where or SourceLocation("", 0), offset, sentence.document or ("" if new else None)
        )
        offset += len(text)


def kinds_to_score(
    wanted: Sequence[str], model_kinds: Sequence[str], gold: Sequence[Sentence], name: str
) -> tuple[str, ...]:
    """The requested kinds of label, or all that both the model and the corpus have.

    Raises SeqkitError if there is no sentence, or a kind is missing from the model or the corpus.
    """
    if not gold:
        raise SeqkitError(f"{name}: holds no sentence to evaluate on", "Give a file with labelled sentences.")
    present = kinds_in(gold)
    for kind in wanted:
        if kind not in model_kinds:
            fix = did_you_mean(kind, model_kinds)
            raise SeqkitError(f"--label {kind}: the model does not give it", fix, exit_code=2)
        if kind not in present:
            raise SeqkitError(f"{name}: has no {kind} labels", missing_labels_fix(kind, present))
    both = tuple(kind for kind in model_kinds if kind in present)
    if not both:
        raise SeqkitError(
            f"{name}: has none of the labels that the model predicts ({', '.join(model_kinds)})",
            "Label it with a spaCy pipeline: --gold spacy:NAME.",
        )
    return in_order(wanted) or both
