"""Several models distilled into one (Hinton, Vinyals & Dean 2015): the pupil learns the teachers' probabilities.

On the training split teachers are nearly certain, and there is little to learn from them. So they are also asked about
noisy copies of it: sentences in which some words are replaced by others of the same label.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from seqkit.errors import SeqkitError
from seqkit.examples import Sentence
from seqkit.labels.kinds import is_label
from seqkit.models.artifact import load_for
from seqkit.nn.heads import CRFHead
from seqkit.nn.placement import placed_for
from seqkit.training.batches import length_buckets

Soft = dict[str, Tensor]
"""Kind of label -> p_TL of one sentence, half precision."""
BATCH_WORDS = 4000


@dataclass
class Lesson:
    """Sentences with what the teachers say of them."""

    sentences: list[Sentence]
    soft: list[Soft]


def teach(
    teachers: Sequence[str],
    train: Sequence[Sentence],
    labels: dict[str, list[str]],
    copies: int,
    noise: float,
    seed: int,
    tell: Callable[[str], None],
) -> Lesson:
    """The training split and `copies` noisy copies of it, with the mean of the teachers' probabilities.

    Args: teachers, names or folders; labels, kind -> values in the pupil's order; noise, share of words replaced.
    Raises SeqkitError for a teacher that does not give just these labels, or has a CRF.
    """
    sentences = list(train)
    first_kind = next(iter(labels))
    for copy in range(copies):
        sentences += noisy(train, first_kind, noise, np.random.default_rng((seed, copy)))
    soft: list[Soft] = [{} for _ in sentences]
    for number, name in enumerate(teachers, start=1):
        teacher = load_for("tagging", name)
        if any(isinstance(head, CRFHead) for head in teacher.heads.values()):
            fix = "Choose teachers that were trained without --set crf."
            raise SeqkitError(
                f"--teacher {name}: has a CRF, which gives no probabilities word by word", fix, exit_code=2
            )
        order = {
            kind: _order(name, teacher.facts.labels.get(kind, []), labels[kind], kind) for kind in labels
        }
        for index, p in _probabilities(teacher, sentences, order):
            for kind, p_TL in p.items():
                share_TL = p_TL / len(teachers)
                soft[index][kind] = (soft[index][kind] + share_TL if kind in soft[index] else share_TL).half()
        tell(f"teacher {number} of {len(teachers)}, {name}: labels {len(sentences):,} sentences")
    return Lesson(sentences, soft)


def _order(name: str, theirs: Sequence[str], ours: Sequence[str], kind: str) -> Tensor:
    if set(theirs) != set(ours):
        raise SeqkitError(
            f"{name}: its {kind} labels are not those of the training split",
            "Choose teachers that were trained on the same split, with the same --label.",
        )
    place = {label: number for number, label in enumerate(theirs)}
    return torch.tensor([place[label] for label in ours])


@torch.inference_mode()
def _probabilities(teacher: Any, sentences: Sequence[Sentence], order: dict[str, Tensor]) -> Any:
    """(index of a sentence, its p_TL of each kind), in any order."""
    teacher.eval()
    lengths = [len(sentence.words) for sentence in sentences]
    for members in length_buckets(lengths, BATCH_WORDS, seed=0, epoch=0):
        logits = teacher(placed_for(teacher, teacher.collate([sentences[member] for member in members])))
        p = {kind: torch.softmax(logits[kind], dim=-1)[..., order[kind]].cpu() for kind in order}
        for row, member in enumerate(members):
            yield member, {kind: p_BTL[row, : lengths[member]] for kind, p_BTL in p.items()}


def noisy(train: Sequence[Sentence], kind: str, noise: float, random: np.random.Generator) -> list[Sentence]:
    """The sentences with this share of their words replaced by any other word of the same label. No labels."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for sentence in train:
        for word, label in zip(sentence.words, sentence.labels.get(kind, ()), strict=False):
            if is_label(kind, label):
                found[label][word] = None
    choices = {label: list(words) for label, words in found.items()}
    return [_noisy(sentence, choices, kind, noise, random) for sentence in train]


def _noisy(
    sentence: Sentence, choices: dict[str, list[str]], kind: str, noise: float, random: np.random.Generator
) -> Sentence:
    words = list(sentence.words)
    labels = sentence.labels.get(kind, [])
    replaced = np.flatnonzero(random.random(len(words)) < noise).tolist()
    for index in replaced:
        others = choices.get(labels[index]) if index < len(labels) else None
        if others:
            words[index] = others[int(random.integers(len(others)))]
    return Sentence(words)
