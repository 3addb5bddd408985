"""Options of the built-in objectives. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Literal

from seqkit.config import check_range


@dataclass(frozen=True)
class NLLOptions:
    """Options of the objective `nll`."""

    label_smoothing: float = field(default=0.1, metadata={"unit": "share"})
    """Probability that is moved from the right label to all labels equally (Szegedy et al. 2016)."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value out of range."""
        check_range(self, 0, 0.99, "label_smoothing")


@dataclass(frozen=True)
class RDropOptions(NLLOptions):
    """Options of the objective `r-drop`."""

    alpha: float = 5.0
    """Weight of the divergence of two passes with other dropout masks (Liang et al. 2021). A translator's update takes
    three times as long as with nll."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value out of range."""
        super().__post_init__()
        check_range(self, 0, inf, "alpha")


@dataclass(frozen=True)
class ScheduledOptions(NLLOptions):
    """Options of the objective `scheduled-sampling`."""

    share: float = field(default=0.25, metadata={"unit": "share"})
    """Share of the decoder's input symbols that are its own samples (Bengio et al. 2015)."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value out of range."""
        super().__post_init__()
        check_range(self, 0, 1, "share")


@dataclass(frozen=True)
class RiskOptions:
    """Options of the objective `mrt`."""

    samples: int = field(default=8, metadata={"unit": "outputs"})
    """Number of outputs of each example whose expected cost is minimised."""
    candidates: Literal["sample", "beam"] = "sample"
    """Source of these outputs: samples from the model, or a beam of that width."""
    sentence_metric: str = "chrf"
    """Registered metric of single outputs, from 0 to 100, such as chrf, bleu, exact, wer. Of labels, exact is the
    share of sentences that are right as a whole."""
    sharpness: float = 0.05
    """Exponent of P(output) in the weights of the outputs (alpha of Shen et al. 2016); 0 gives equal weights."""
    nll_weight: float = field(default=0.1, metadata={"unit": "share"})
    """Share of the negative log-likelihood in the loss. The gradient of the risk is proportional to sharpness, so
    that a small sharpness needs a small share, such as 0.005."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value out of range."""
        check_range(self, 2, 1000, "samples")
        check_range(self, 0, inf, "sharpness")
        check_range(self, 0, 1, "nll_weight")
