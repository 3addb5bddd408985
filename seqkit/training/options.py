"""Options of a training run, whatever is trained. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Literal

from seqkit.config import bytes_in, check_range
from seqkit.errors import SeqkitError


@dataclass(frozen=True)
class TrainingOptions:
    """How to train. `--set name=value` changes one."""

    epochs: int = field(default=0, metadata={"unit": "epochs"})
    """Most passes over the training split; 0 adapts to its size."""
    minutes: float = field(default=0.0, metadata={"unit": "minutes"})
    """Train for so many minutes, the learning rate falling with time, and not for `epochs`; 0 sets no limit."""
    patience: int = field(default=8, metadata={"unit": "epochs"})
    """Stop after so many epochs (of 40 updates at least) without a better dev score; 0 never stops early."""
    batch_words: int = field(default=0, metadata={"unit": "words"})
    """Words a batch, padding included; 0 adapts to the size of the training split."""
    accumulate: int = field(default=1, metadata={"unit": "batches"})
    """Batches whose gradients are averaged for one update, where a larger batch would not fit into memory."""
    objective: str = "nll"
    """The loss to minimise, by the name of a registered objective."""
    optimizer: str = "adam"
    """adam (Kingma & Ba 2015), sgd, or another registered optimizer."""
    learning_rate: float = 2e-3
    """Highest learning rate."""
    clip: float = 1.0
    """Largest norm of the whole gradient; 0 turns clipping off."""
    schedule: str = "cosine"
    """How the learning rate falls after the warm-up: constant, linear, cosine, or another registered schedule."""
    warmup: float = field(default=0.02, metadata={"unit": "share"})
    """Share of the steps in which the learning rate rises."""
    average: float = 0.998
    """Decay of the running average of the weights that is evaluated and kept; 0 turns averaging off."""
    seed: int = 1
    """Of everything random."""
    threads: int = field(default=0, metadata={"unit": "threads"})
    """Threads torch may use; 0 leaves the choice to torch."""
    train_dtype: Literal["float32", "float64", "bfloat16"] = "float32"
    """Number format of training. bfloat16 rounds matrix products alone, and is faster on processors with AMX or
    AVX512-BF16."""
    save_minutes: float = field(default=5.0, metadata={"unit": "minutes"})
    """Minutes between saved states within an epoch."""
    weights_dtype: Literal["float32", "float16"] = "float32"
    """Number format of the weights in the model's file."""

    bptt_memory: str = ""
    """Most that is kept for the backward pass, such as 512MB: stretches of recurrent layers are computed again, and
    gradients stay exact. Default: all is kept."""
    recurrent_weights: Literal["default", "orthogonal", "identity"] = "default"
    """First values of each U: the layer's own, orthogonal (Saxe et al. 2014), or the identity (Le et al. 2015)."""
    forget_bias: float | None = None
    """First bias of the gate that keeps the state (Gers et al. 2000; Jozefowicz et al. 2015). Default: the layer's."""
    chrono: int = 0
    """Longest dependency, in steps, that the gates' first biases are drawn for (Tallec & Ollivier 2018); 0: none."""
    constraint: Literal["none", "orthogonal", "spectral"] = "none"
    """After each update each U is brought back to the nearest orthogonal matrix, or its singular values to at most
    `spectral_bound`."""
    spectral_bound: float = 1.0
    """Largest singular value of U with constraint=spectral."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value that nothing can be trained with."""
        check_range(self, 0, inf, "epochs", "batch_words")
        check_range(self, 1, inf, "accumulate")
        check_range(self, 0, inf, "patience", "learning_rate", "clip")
        check_range(self, 0, inf, "save_minutes", "minutes")
        check_range(self, 0, 2**63 - 1, "seed")
        check_range(self, 0, 1024, "threads")
        check_range(self, 0, 0.99, "warmup")
        check_range(self, 0, 0.99999, "average")
        check_range(self, 0, 10_000_000, "chrono")
        check_range(self, 1e-6, 1e6, "spectral_bound")
        bytes_in("bptt_memory", self.bptt_memory)
        if self.forget_bias is not None and self.chrono:
            raise SeqkitError("forget_bias and chrono both set one bias", "Give one of them.", exit_code=2)
