"""Word-aligned scores on raw text, as in the CoNLL 2018 shared task.

Gold and system have the same characters apart from white space, so every token is a range of characters. Tokens,
sentences and words are right if their ranges agree. Words inside a multiword token have no range: they are aligned by
the longest common subsequence of their lower-cased forms, within the smallest span that no multiword token of either
side crosses. Labels are compared on aligned words.
(Zeman et al. 2018, CoNLL 2018 Shared Task, section 6.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from seqkit.errors import SeqkitError
from seqkit.examples import NO_LABEL, Sentence
from seqkit.extend.manager import load
from seqkit.labels.kinds import in_order, kind_spec, standard_kinds

Span = tuple[int, int]
Place = tuple[int, int]
"""Number of a sentence, and of a word in it."""


class RawScore(NamedTuple):
    """Counts of a metric; `aligned` is None if the metric needs no alignment."""

    right: int
    gold: int
    system: int
    aligned: int | None = None

    @property
    def precision(self) -> float:
        """Share of the system's units that are right; 0 if there are none."""
        return self.right / self.system if self.system else 0.0

    @property
    def recall(self) -> float:
        """Share of the gold units that were found; 0 if there are none."""
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / (self.gold + self.system) if self.gold + self.system else 0.0

    @property
    def aligned_accuracy(self) -> float | None:
        """Share of the aligned words that are right."""
        return self.right / self.aligned if self.aligned else None


@dataclass
class RawScores:
    """Scores by metric: Tokens, Sentences, Words; UPOS, XPOS, UFeats, AllTags if both sides have such labels."""

    metrics: dict[str, RawScore]
    silver: str | None = None
    model_silver: str | None = None
    """The pipeline whose silver labels the model was trained on, or None."""


class _Word(NamedTuple):
    span: Span
    """Range of characters; for a word inside a multiword token, that of the token."""
    form: str
    inside: bool
    labels: dict[str, str]
    place: Place


class _Text:
    """Sentences as ranges of characters without white space."""

    def __init__(self, sentences: Sequence[Sentence]) -> None:
        self.parts: list[str] = []
        self.tokens: set[Span] = set()
        self.sentences: set[Span] = set()
        self.words: list[_Word] = []
        self._end = 0
        for number, sentence in enumerate(sentences):
            if sentence.words:
                self._add(number, sentence)

    def _add(self, number: int, sentence: Sentence) -> None:
        start = self._end
        first_of = {token.first: token for token in sentence.multiwords}
        last = -1
        for index, form in enumerate(sentence.words):
            if index in first_of:
                span, last = self._token(first_of[index].form), first_of[index].last
            elif index > last:
                span = self._token(form)
            inside = index <= last
            labels = {kind: values[index] for kind, values in sentence.labels.items()}
            # As in the reference script: only written forms lose their spaces.
            form = (form if inside else "".join(form.split())).lower()
            self.words.append(_Word(span, form, inside, labels, (number, index)))
        self.sentences.add((start, self._end))

    def _token(self, form: str) -> Span:
        characters = "".join(form.split())
        span = self._end, self._end + len(characters)
        self.parts.append(characters)
        self.tokens.add(span)
        self._end = span[1]
        return span


def _metrics(ours: _Text, theirs: _Text) -> dict[str, tuple[str, ...]]:
    """Metric -> the kinds of label that it compares, of those on both sides; AllTags compares all standard kinds."""
    sides = [set(side.words[0].labels) for side in (ours, theirs) if side.words]
    kinds = in_order(set.intersection(*sides) if sides else standard_kinds())
    standard = {kind_spec(kind).raw_name or kind: (kind,) for kind in kinds if kind in standard_kinds()}
    others = {kind_spec(kind).raw_name or kind: (kind,) for kind in kinds if kind not in standard_kinds()}
    every = {"AllTags": standard_kinds()} if len(standard) == len(standard_kinds()) else {}
    return standard | every | others


def score_raw(gold: Sequence[Sentence], system: Sequence[Sentence]) -> RawScores:
    """Word-aligned scores of a system's words, sentences and labels.

    Raises SeqkitError if the characters differ, apart from white space.
    """
    ours, theirs = _Text(gold), _Text(system)
    _check_same(ours, theirs)
    pairs = list(_align(ours.words, theirs.words))
    totals = len(ours.words), len(theirs.words)
    metrics = {
        "Tokens": RawScore(len(ours.tokens & theirs.tokens), len(ours.tokens), len(theirs.tokens)),
        "Sentences": RawScore(
            len(ours.sentences & theirs.sentences), len(ours.sentences), len(theirs.sentences)
        ),
        "Words": RawScore(len(pairs), *totals, len(pairs)),
    }
    for metric, kinds in _metrics(ours, theirs).items():
        views = [_view(kind) for kind in kinds]
        right = sum(_key(one, kinds, views) == _key(other, kinds, views) for one, other in pairs)
        metrics[metric] = RawScore(right, *totals, len(pairs))
    return RawScores(metrics, next((sentence.silver for sentence in gold if sentence.silver), None))


def aligned_places(gold: Sequence[Sentence], system: Sequence[Sentence]) -> Iterator[tuple[Place, Place]]:
    """Yield the gold and the system's place of every aligned word. Raises as `score_raw`."""
    ours, theirs = _Text(gold), _Text(system)
    _check_same(ours, theirs)
    for one, other in _align(ours.words, theirs.words):
        yield one.place, other.place


def _view(kind: str) -> Callable[[str], str]:
    """The function from a label to what is compared: the label itself, or a coarser one."""
    view = kind_spec(kind).view
    return load(view) if view else str


def _key(word: _Word, kinds: Sequence[str], views: Sequence[Callable[[str], str]]) -> list[str]:
    return [view(word.labels.get(kind, NO_LABEL)) for kind, view in zip(kinds, views, strict=True)]


def _check_same(gold: _Text, system: _Text) -> None:
    one, other = "".join(gold.parts), "".join(system.parts)
    if one == other:
        return
    pairs = enumerate(zip(one, other, strict=False))
    at = next((index for index, (left, right) in pairs if left != right), min(len(one), len(other)))
    raise SeqkitError(
        f"gold and system are not the same text: '{one[at : at + 20]}' and '{other[at : at + 20]}' "
        f"after {at} characters other than white space",
        "Run the system on the raw text of the gold file.",
    )


def _align(gold: Sequence[_Word], system: Sequence[_Word]) -> Iterator[tuple[_Word, _Word]]:
    """Yield pairs of aligned words."""
    spans = _multiword_spans([*gold, *system])
    ours, theirs = _sort_out(gold, spans), _sort_out(system, spans)
    for span in spans:
        yield from _common(ours.inside[span], theirs.inside[span])
    for span, word in ours.outside.items():
        if span in theirs.outside:
            yield word, theirs.outside[span]


def _multiword_spans(words: Sequence[_Word]) -> list[Span]:
    """The ranges of multiword tokens of both sides, with overlapping ones merged."""
    spans: list[Span] = []
    for start, end in sorted({word.span for word in words if word.inside}):
        if spans and start < spans[-1][1]:
            spans[-1] = spans[-1][0], max(end, spans[-1][1])
        else:
            spans.append((start, end))
    return spans


class _Sorted(NamedTuple):
    inside: dict[Span, list[_Word]]
    """Multiword span -> the words inside it."""
    outside: dict[Span, _Word]
    """Span of a word -> words that touch no multiword span."""


def _sort_out(words: Sequence[_Word], spans: Sequence[Span]) -> _Sorted:
    found = _Sorted({span: [] for span in spans}, {})
    at = 0
    for word in words:
        while at < len(spans) and spans[at][1] <= word.span[0]:
            at += 1
        if at == len(spans) or word.span[1] <= spans[at][0]:
            found.outside[word.span] = word
        elif spans[at][0] <= word.span[0] and word.span[1] <= spans[at][1]:
            found.inside[spans[at]].append(word)
    return found


def _common(gold: Sequence[_Word], system: Sequence[_Word]) -> Iterator[tuple[_Word, _Word]]:
    """Yield a longest common subsequence by form."""
    best = [[0] * (len(system) + 1) for _ in range(len(gold) + 1)]
    for g in reversed(range(len(gold))):
        for s in reversed(range(len(system))):
            same = gold[g].form == system[s].form
            best[g][s] = best[g + 1][s + 1] + 1 if same else max(best[g + 1][s], best[g][s + 1])
    g = s = 0
    while g < len(gold) and s < len(system):
        if gold[g].form == system[s].form:
            yield gold[g], system[s]
            g, s = g + 1, s + 1
        elif best[g + 1][s] == best[g][s]:
            g += 1
        else:
            s += 1
