"""Options of a training run, for every task. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Literal

from seqkit.config import bytes_in, check_range
from seqkit.errors import SeqkitError


@dataclass(frozen=True)
class TrainingOptions:
    """Options of training. `--set name=value` sets one."""

    epochs: int = field(default=0, metadata={"unit": "epochs"})
    """Maximum number of passes over the training split; 0 adapts it to its size."""
    minutes: float = field(default=0.0, metadata={"unit": "minutes"})
    """Train for this many minutes in place of `epochs`, with a learning rate that decays with time; 0 sets no limit."""
    patience: int = field(default=8, metadata={"unit": "epochs"})
    """Stop after this many epochs (of at least 40 updates) without a better dev score; 0 never stops early."""
    batch_words: int = field(default=0, metadata={"unit": "words"})
    """Words in a batch, padding included; 0 adapts it to the size of the training split."""
    accumulate: int = field(default=1, metadata={"unit": "batches"})
    """Batches whose gradients are averaged for one update, if a larger batch does not fit into memory."""
    objective: str = "nll"
    """Registered objective to minimise."""
    optimizer: str = "adam"
    """Registered optimizer: adam (Kingma & Ba 2015), sgd, or another."""
    learning_rate: float = 2e-3
    """Maximum learning rate."""
    clip: float = 1.0
    """Maximum norm of the gradient; 0 turns clipping off."""
    schedule: str = "cosine"
    """Registered schedule of the learning rate after the warm-up: constant, linear, cosine, or another."""
    warmup: float = field(default=0.02, metadata={"unit": "share"})
    """Share of the steps in which the learning rate rises to its maximum."""
    average: float = 0.998
    """Decay of the moving average of the weights, which is evaluated and saved; 0 turns averaging off."""
    seed: int = 1
    """Seed of all random choices."""
    threads: int = field(default=0, metadata={"unit": "threads"})
    """Threads; 0 is torch's choice."""
    train_dtype: Literal["float32", "float64", "bfloat16"] = "float32"
    """Number format of training. bfloat16 rounds matrix products only, and is faster on processors with AMX or
    AVX512-BF16."""
    save_minutes: float = field(default=5.0, metadata={"unit": "minutes"})
    """Minutes between saved states within an epoch."""
    weights_dtype: Literal["float32", "float16", "int8"] = "float32"
    """Number format of the weights in the file of the model, which are widened when it is loaded; int8 has a scale for
    each row of a matrix."""

    bptt_memory: str = ""
    """Maximum memory that is kept for the backward pass, such as 512MB. Parts of recurrent layers are computed again;
    gradients stay exact. Default: no limit."""
    time_parallel: Literal["off", "newton", "quasi-newton", "auto"] = "off"
    """Solve recurrent layers for all time steps at once instead of in a loop: by Newton's method, with diagonal
    Jacobians, or by the faster predicted way (auto). Sequences without a certified solution go through the loop."""
    recurrent_weights: Literal["default", "orthogonal", "identity", "rotation"] = "default"
    """Initialisation of U: the layer's own, orthogonal (Saxe et al. 2014), identity (Le et al. 2015), or rotations of
    pairs of features by random angles (Henaff et al. 2016)."""
    recurrent_rate: float = field(default=1.0, metadata={"unit": "share"})
    """Learning rate of U as a share of `learning_rate` (Lezcano-Casado & Martínez-Rubio 2019: 0.1); 0 keeps the first
    U."""
    input_scale: float = 1.0
    """Factor of the initial W of recurrent layers (Lukoševičius 2012). Small inputs keep tanh nearly linear."""
    forget_bias: float | None = None
    """Initial bias of the gate that keeps z (Gers et al. 2000; Jozefowicz et al. 2015). Default: the layer's."""
    chrono: int = 0
    """Maximum dependency for chrono initialisation of gate biases, in steps (Tallec & Ollivier 2018); 0: none."""
    constraint: Literal["none", "orthogonal", "spectral"] = "none"
    """Project U after each update: to the nearest orthogonal matrix, or to singular values of at most
    `spectral_bound`."""
    spectral_bound: float = 1.0
    """Maximum singular value of U with constraint=spectral."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value out of range."""
        check_range(self, 0, inf, "epochs", "batch_words")
        check_range(self, 1, inf, "accumulate")
        check_range(self, 0, inf, "patience", "learning_rate", "clip")
        check_range(self, 0, inf, "save_minutes", "minutes")
        check_range(self, 0, 2**63 - 1, "seed")
        check_range(self, 0, 1024, "threads")
        check_range(self, 0, 0.99, "warmup")
        check_range(self, 0, 0.99999, "average")
        check_range(self, 0, 10_000_000, "chrono")
        check_range(self, 1e-6, 1e6, "spectral_bound", "input_scale")
        check_range(self, 0, 1, "recurrent_rate")
        bytes_in("bptt_memory", self.bptt_memory)
        if self.forget_bias is not None and self.chrono:
            raise SeqkitError("forget_bias and chrono both set one bias", "Give one of them.", exit_code=2)
