"""Options of a training run, whatever the model. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal

from seqkit.config import check_range


@dataclass(frozen=True)
class TrainingOptions:
    """How to train. `--set name=value` changes one."""

    epochs: int = 0
    """Most passes over the training split; 0 adapts to its size."""
    minutes: float = 0.0
    """Train for so many minutes, the learning rate falling with time, and not for `epochs`; 0 sets no limit."""
    patience: int = 8
    """Stop after so many epochs (of 40 updates at least) without a better dev score; 0 never stops early."""
    batch_words: int = 0
    """Words a batch, padding included; 0 adapts to the size of the training split."""
    accumulate: int = 1
    """Batches whose gradients are averaged for one update, where a larger batch would not fit into memory."""
    optimizer: Literal["adam", "sgd"] = "adam"
    """Adam (Kingma & Ba 2015) or stochastic gradient descent."""
    learning_rate: float = 2e-3
    """Highest learning rate."""
    momentum: float = 0.0
    """Of sgd."""
    weight_decay: float = 0.0
    """With Adam decoupled from the gradient (Loshchilov & Hutter 2019), with sgd a part of it."""
    clip: float = 1.0
    """Largest norm of the whole gradient; 0 turns clipping off."""
    schedule: Literal["constant", "linear", "cosine"] = "cosine"
    """How the learning rate falls after the warm-up."""
    warmup: float = 0.02
    """Share of the steps in which the learning rate rises."""
    label_smoothing: float = 0.1
    """Probability taken from the right label and shared by all."""
    teacher_weight: float = 0.7
    """With teachers: their share of the loss on labelled words."""
    noisy_copies: int = 3
    """With teachers: how many noisy copies of the training split they label, too."""
    noise: float = 0.2
    """Share of words replaced in such a copy, by others of the same label."""
    renaming: float = 0.0
    """Pairs of text: of those with a name that both sides write alike, the share in which another takes its place."""
    average: float = 0.998
    """Decay of the running average of the weights that is evaluated and kept; 0 turns averaging off."""
    seed: int = 1
    """Of everything random."""
    threads: int = 0
    """Threads torch may use; 0 leaves the choice to torch."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Number format of matrix products in training; bfloat16 is faster on processors with AMX or AVX512-BF16."""
    save_minutes: float = 5.0
    """Minutes between saved states within an epoch."""
    store: Literal["float32", "float16"] = "float32"
    """Number format of the weights in the model's file."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value that nothing can be trained with."""
        check_range(self, 0, inf, "epochs", "batch_words")
        check_range(self, 1, inf, "accumulate")
        check_range(self, 0, inf, "patience", "learning_rate", "momentum", "weight_decay", "clip")
        check_range(self, 0, inf, "save_minutes", "minutes", "noisy_copies")
        check_range(self, 0, 2**63 - 1, "seed")
        check_range(self, 0, 1024, "threads")
        check_range(self, 0, 0.99, "warmup", "label_smoothing")
        check_range(self, 0, 1, "teacher_weight", "noise", "renaming")
        check_range(self, 0, 0.99999, "average")
