"""Rules that estimate which errors of a tagger are label noise of the treebank. Each is sometimes wrong.

A rule returns the UPOS that its evidence supports for a word, or None.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seqkit.examples import Sentence
from seqkit.labels.kinds import is_label

SURE = 0.95
"""Probability above which a prediction counts as certain. Label smoothing keeps probabilities below 0.99."""
NEARLY_ALL = 0.9
"""Share of training words above which a fine tag determines the coarse one."""
EDGE = ""
Context = tuple[str, str, str]


@dataclass(frozen=True)
class TreebankHabits:
    """Label statistics of a training treebank."""

    contexts: Mapping[Context, Counter[str]]
    """Word with its neighbours -> UPOS -> count."""
    fine: Mapping[str, Counter[str]]
    """XPOS -> UPOS -> count."""

    @classmethod
    def gather(cls, train: Sequence[Sentence]) -> TreebankHabits:
        """Count over the training split."""
        contexts: defaultdict[Context, Counter[str]] = defaultdict(Counter)
        fine: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for sentence in train:
            xpos = sentence.labels.get("xpos")
            for t, label in enumerate(sentence.labels.get("upos", ())):
                if is_label("upos", label):
                    contexts[context(sentence.words, t)][label] += 1
                    if xpos is not None:
                        fine[xpos[t]][label] += 1
        return cls(contexts, fine)


def context(words: Sequence[str], t: int) -> Context:
    """Word t with its neighbours in lower case; EDGE beyond the sentence."""
    before = words[t - 1].lower() if t else EDGE
    after = words[t + 1].lower() if t + 1 < len(words) else EDGE
    return before, words[t], after


def same_context(habits: TreebankHabits, sentence: Sentence, t: int) -> str | None:
    """The most frequent label in training for this word with these neighbours; None for a tie or an unseen context."""
    counts = habits.contexts.get(context(sentence.words, t), Counter()).most_common(2)
    if not counts or (len(counts) == 2 and counts[0][1] == counts[1][1]):
        return None
    return counts[0][0]


def own_fine_tag(habits: TreebankHabits, sentence: Sentence, t: int) -> str | None:
    """The UPOS that nearly always occurs with the word's gold XPOS in training; None if there is none."""
    if "xpos" not in sentence.labels:
        return None
    counts = habits.fine.get(sentence.labels["xpos"][t], Counter())
    for label, count in counts.most_common(1):
        if count >= NEARLY_ALL * counts.total():
            return label
    return None


def confident_and_confirmed(guess: str, p: float, other: str) -> str | None:
    """The model's label if its probability is high and a different tagger predicts it, too; else None."""
    return guess if p >= SURE and other == guess else None
