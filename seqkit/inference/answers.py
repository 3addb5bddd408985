"""Turn label numbers into labels: jointly decoded kinds, and codes such as edit scripts.

Shapes: N words of all sentences, L labels, K best of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqkit.examples import Sentence
from seqkit.inference.batching import Ranked
from seqkit.labels.kinds import codec_of, decoded
from seqkit.models.combinations import Combinations
from seqkit.models.tagger_facts import TaggerFacts
from seqkit.models.word_codes import ANY, WordCodes
from seqkit.text.vocabulary import Ids

NETWORK_WEIGHT = 0.3
"""Weight of the network's logits relative to the endings of known words; chosen on the dev split of UD English EWT."""


def combinations_of(facts: Any, kinds: Sequence[str]) -> Combinations | None:
    """The label combinations for these kinds; None if each kind is decoded separately."""
    found = facts.combinations if isinstance(facts, TaggerFacts) else None
    return found if found is not None and found.serve(kinds) else None


def resolve(
    facts: Any,
    together: Combinations | None,
    best: Mapping[str, Ids],
    logits: Mapping[str, Any],
    words: Iterable[str],
) -> dict[str, Ids]:
    """The most probable labels, (N,) each, restricted to combinations, and codes of known words, from the training
    data.

    Args: best and logits, of one batch, in the order of its words, where padding is "".
    """
    flat = {kind: np.ascontiguousarray(ids).reshape(-1) for kind, ids in best.items()}
    if together is not None:
        together.resolve(flat, {kind: _rows(logits[kind]) for kind in together.kinds})
    if isinstance(facts, TaggerFacts):
        for kind in facts.word_codes.keys() & flat.keys():
            known = facts.word_codes[kind]
            given = _labels_of(facts, known.given, flat) if known.given in flat else repeat(ANY)
            _keep_to_known(known, flat[kind], _rows(logits[kind]), words, given)
    return flat


def with_given(facts: Any, kinds: Sequence[str]) -> tuple[str, ...]:
    """These kinds of label, and the kinds that determine which codes of a known word are allowed."""
    codes = facts.word_codes if isinstance(facts, TaggerFacts) else {}
    needed = (codes[kind].given for kind in kinds if kind in codes and codes[kind].given)
    return tuple(dict.fromkeys((*kinds, *needed)))


def _labels_of(facts: TaggerFacts, kind: str, ids: Mapping[str, Ids]) -> list[str]:
    """The labels of a kind, one for each word."""
    names = facts.labels[kind]
    return [names[number] for number in ids[kind].tolist()]


def batch_words(facts: Any, sentences: Sequence[Sentence]) -> NDArray[np.object_]:
    """All words, and "" for padding, for `resolve`; only "" if no kind of label is learnt as codes."""
    coded = isinstance(facts, TaggerFacts) and facts.word_codes
    words = [word for sentence in sentences for word in sentence.words] if coded else []
    count = sum(len(sentence.words) for sentence in sentences)
    found = np.full(count + 1, "", dtype=object)
    found[: len(words)] = words
    return found


def _keep_to_known(
    known: WordCodes,
    ids_N: Ids,
    logits_NL: NDArray[np.float32],
    words: Iterable[str],
    given: Iterable[str],
) -> None:
    """Give each known word the most probable of its codes, and other words a code that suits their ending.

    Args: given, labels of the kind that determines the codes.
    """
    for place, (word, number, label) in enumerate(zip(words, ids_N.tolist(), given, strict=False)):
        allowed = known.allowed(word, label)
        if allowed and number not in allowed:
            ids_N[place] = allowed[int(logits_NL[place, allowed].argmax())]
        elif not allowed and word:
            ending_L = known.by_ending(label).log_probabilities(word, logits_NL.shape[1])
            ids_N[place] = int((NETWORK_WEIGHT * logits_NL[place] + ending_L).argmax())


def _rows(logits: Any) -> NDArray[np.float32]:
    scores = np.asarray(logits)
    return scores.reshape(-1, scores.shape[-1])


def label_names(
    sentences: Sequence[Sentence], names: Mapping[str, NDArray[np.object_]], ids: Mapping[str, Ids]
) -> dict[str, list[str]]:
    """Kind -> the labels of all words. Args: names, kind -> labels or codes; ids, kind -> a number for each word."""
    found = {kind: names[kind][ids_N].tolist() for kind, ids_N in ids.items()}
    if not any(map(codec_of, found)):
        return found
    words = [word for sentence in sentences for word in sentence.words]
    return {kind: decoded(words, kind, labels) for kind, labels in found.items()}


def ranked_labels(
    kind: str, word: str, names: NDArray[np.object_], p_L: NDArray[np.float32], ids_K: Ids, first: int
) -> Ranked:
    """The best labels of one word with their probabilities; the probabilities of codes with the same label are added.

    Args: ids_K, the most probable ones; first, the predicted label, which may not be the most probable one.
    """
    ids = ids_K.tolist()
    if ids[0] != first:
        ids = [first, *(number for number in ids if number != first)][: len(ids)]
    codec = codec_of(kind)
    if codec is None:
        return [(names[number], float(p_L[number])) for number in ids]
    found: dict[str, float] = {}
    for number in ids:
        label = codec.decode(word, names[number])
        found[label] = found.get(label, 0.0) + float(p_L[number])
    return list(found.items())
