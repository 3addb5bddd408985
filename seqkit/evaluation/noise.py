"""Which errors of a tagger look like errors of the treebank: three rules, each wrong now and then.

A rule looks at one word and names the UPOS that its evidence speaks for, or says nothing. None of them proves anything.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seqkit.examples import Sentence
from seqkit.labels.kinds import is_label

SURE = 0.95
"""The probability from which on a model counts as sure. Label smoothing keeps even the surest below 0.99."""
NEARLY_ALL = 0.9
"""The share of training words from which on a fine tag settles the coarse one."""
EDGE = ""
Context = tuple[str, str, str]


@dataclass(frozen=True)
class TreebankHabits:
    """How a training treebank labels words."""

    contexts: Mapping[Context, Counter[str]]
    """A word between its neighbours -> UPOS -> count."""
    fine: Mapping[str, Counter[str]]
    """XPOS -> UPOS -> count."""

    @classmethod
    def gather(cls, train: Sequence[Sentence]) -> TreebankHabits:
        """Read the training split once."""
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
    """Word t between its neighbours, those in lower case; EDGE beyond the sentence."""
    before = words[t - 1].lower() if t else EDGE
    after = words[t + 1].lower() if t + 1 < len(words) else EDGE
    return before, words[t], after


def same_context(habits: TreebankHabits, sentence: Sentence, t: int) -> str | None:
    """The label that training has most often for this word between these neighbours; None in a tie, or unseen."""
    counts = habits.contexts.get(context(sentence.words, t), Counter()).most_common(2)
    if not counts or (len(counts) == 2 and counts[0][1] == counts[1][1]):
        return None
    return counts[0][0]


def own_fine_tag(habits: TreebankHabits, sentence: Sentence, t: int) -> str | None:
    """The UPOS that goes with the word's own gold XPOS in nearly all of training; None where there is no such."""
    if "xpos" not in sentence.labels:
        return None
    counts = habits.fine.get(sentence.labels["xpos"][t], Counter())
    for label, count in counts.most_common(1):
        if count >= NEARLY_ALL * counts.total():
            return label
    return None


def sure_and_seconded(guess: str, p: float, other: str) -> str | None:
    """The model's label, where it is sure of it and a tagger of another kind gives the same; else None."""
    return guess if p >= SURE and other == guess else None
