"""Evaluate a segmenter: F1 of words, sentences and tokens (CoNLL 2018 shared task), and of multiword tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seqkit import SeqkitError
from seqkit.evaluation.raw import RawScore, score_raw
from seqkit.evaluation.report import Part
from seqkit.evaluation.run import raw_text
from seqkit.examples import RecordErrors, Sentence
from seqkit.tasks import EvaluationRequest, Metric, Report, Table
from seqkit.tasks.reading import read_sentences
from seqkit.tasks.segmenting import load_segmenter

MEASURED = ("Words", "Sentences", "Tokens")
HEAD = ["metric", "precision", "recall", "F1"]


def evaluate_segmenter(request: EvaluationRequest) -> Report:
    """F1 on the raw text of a treebank. Raises SeqkitError if the treebank does not record white space."""
    if request.compare:
        raise SeqkitError("--compare is not available for segmenters", "Leave it out.", exit_code=2)
    problems = RecordErrors(skip=request.skip_bad)
    found = read_sentences(request.source, request.split or "", problems)
    gold = [sentence for sentence in found if sentence.words]
    request.tell(problems.summary())
    if not gold:
        raise SeqkitError(f"{request.source}: holds no sentence to evaluate on", "Use a treebank.")
    scores = segmentation_scores(gold, list(load_segmenter(request.model).sentences(raw_text(gold))))
    words = sum(len(sentence.words) for sentence in gold)
    title = f"{len(gold):,} sentences, {words:,} words"
    return Report(
        title=f"{request.model} on {request.where}: {title}",
        metrics=[Metric(f"{name.lower()}_f1", score.f1) for name, score in scores.items()],
        facts={"model": request.model, "source": request.source, "split": request.split},
        section=f"Words and sentences of {request.where}",
        counted=title,
        parts=[SegmentationPart(scores)],
    )


@dataclass(frozen=True)
class SegmentationPart(Part):
    """Precision, recall and F1 of words, sentences and tokens."""

    scores: Mapping[str, RawScore]

    def tables(self) -> list[Table]:
        """One table."""
        rows = [[name, *map(_percent, (s.precision, s.recall, s.f1))] for name, s in self.scores.items()]
        return [Table("From raw text, %", HEAD, rows, in_card=True)]

    def data(self) -> dict[str, Any]:
        """By the names of the scores."""
        found = {
            name: {"precision": s.precision, "recall": s.recall, "f1": s.f1}
            for name, s in self.scores.items()
        }
        return {"scores": found}


def segmentation_scores(gold: Sequence[Sentence], system: Sequence[Sentence]) -> dict[str, RawScore]:
    """Words, Sentences, Tokens as in the official scorer; Multiword if gold or system has multiword tokens."""
    metrics = score_raw(gold, system).metrics
    found = {name: metrics[name] for name in MEASURED}
    ours, theirs = set(_multiwords(gold)), set(_multiwords(system))
    if ours or theirs:
        found["Multiword"] = RawScore(len(ours & theirs), len(ours), len(theirs))
    return found


def _multiwords(sentences: Sequence[Sentence]) -> Iterator[tuple[int, int, str]]:
    """Each multiword token: its start and end, counted in non-space characters, and its words."""
    end = 0
    for sentence in sentences:
        for token in sentence.tokens:
            start, end = end, end + len("".join(token.form.split()))
            if token.last > token.first:
                yield start, end, " ".join(sentence.words[token.first : token.last + 1]).lower()


def _percent(share: float) -> str:
    return f"{100 * share:.2f}"
