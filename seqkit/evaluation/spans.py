"""Precision, recall and F1 of spans, as in conlleval: type and both ends must be right.

conlleval is the script of the CoNLL shared tasks from 2000 to 2003 (Tjong Kim Sang & Buchholz 2000).
`seqkit.labels.schemes.spans` converts tags to spans.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seqkit.evaluation.tagging import LabelScore
from seqkit.examples import Sentence, SourceLocation
from seqkit.labels.kinds import is_label, kind_spec
from seqkit.labels.schemes import out_of_order, scheme_of, spans


@dataclass(frozen=True)
class SpanScores:
    """Scores of the spans of a kind of label, overall and by type."""

    overall: LabelScore
    """Numbers of gold spans (support), of predicted spans, and of right ones."""
    types: dict[str, LabelScore]
    """Type of span -> its counts, in alphabetical order."""


def score_spans(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> SpanScores:
    """Compare the spans of predicted tags with those of gold tags.

    Args: one sequence of tags for each sentence. Raises ValueError if the numbers of sentences differ.
    """
    support, found, right = Counter[str](), Counter[str](), Counter[str]()
    for tags, guesses in zip(gold, predicted, strict=True):
        ours, theirs = set(spans(tags)), set(spans(guesses))
        for counter, part in ((support, ours), (found, theirs), (right, ours & theirs)):
            counter.update(span.type for span in part)
    types = {name: LabelScore(support[name], found[name], right[name]) for name in sorted(support | found)}
    return SpanScores(LabelScore(support.total(), found.total(), right.total()), types)


def score_span_kinds(
    gold: Sequence[Sentence], predicted: Sequence[Mapping[str, Sequence[str]]], kinds: Sequence[str]
) -> dict[str, SpanScores]:
    """Score the kinds whose gold labels are spans. Args: predicted, kind -> labels, for each sentence.

    A sentence without labels of a kind is not scored on it; a word without a label is outside of spans on both sides.
    """
    return {kind: _score_kind(gold, predicted, kind) for kind in kinds if gold_scheme(gold, kind)}


def gold_scheme(sentences: Sequence[Sentence], kind: str) -> str:
    """The span scheme of the gold labels of a kind; "" if they are not spans."""
    return scheme_of(kind, {label for sentence in sentences for label in sentence.labels.get(kind, ())})


def order_note(sentences: Sequence[Sentence], kind: str) -> str:
    """A note on tags without a prefix, or out of order, such as `I-PER` after `O`; "" if there are none."""
    scheme, count, first = gold_scheme(sentences, kind), 0, None
    if kind_spec(kind).scheme and not scheme:
        return f"{kind} tags have no prefix such as B-: they are scored word by word, not as spans"
    for sentence in sentences:
        wrong = out_of_order(sentence.labels.get(kind, ()), scheme)
        if wrong and not count:
            first = sentence.where or SourceLocation("", 0)
        count += len(wrong)
    if not count:
        return ""
    return f"{count} {kind} tag(s) out of order, such as I- after O, first at {first}; each begins a span"


def _score_kind(
    gold: Sequence[Sentence], predicted: Sequence[Mapping[str, Sequence[str]]], kind: str
) -> SpanScores:
    pairs = [
        (s.labels[kind], tags[kind]) for s, tags in zip(gold, predicted, strict=True) if kind in s.labels
    ]
    guesses = [
        [guess if is_label(kind, label) else "O" for label, guess in zip(labels, tags, strict=True)]
        for labels, tags in pairs
    ]
    return score_spans([labels for labels, _ in pairs], guesses)
