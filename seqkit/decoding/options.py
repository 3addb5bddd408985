"""Options of search and sampling. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

from seqkit.config import check_range
from seqkit.errors import MissingPackageError, SeqkitError

FAST = "fast-chrf"


@dataclass(frozen=True)
class DecodingOptions:
    """Options of decoding: search, sampling, minimum Bayes risk."""

    beam: int = 5
    """Hypotheses kept at each step; 1 is greedy."""
    n_best: int = 1
    """Outputs for each source."""
    length_penalty: float = 1.0
    """a in score = log P / length ** a: 0 favours short outputs, 1 is the mean for each symbol."""
    sample: bool = False
    """Sample outputs instead of searching."""
    top_p: float = 1.0
    """Sample from the most probable symbols with this total probability (Holtzman et al. 2020)."""
    temperature: float = 1.0
    """Sampling temperature; below 1 favours probable symbols."""
    seed: int = 1
    """Seed of sampling."""
    mbr: int = 0
    """Minimum Bayes risk over this many samples (Eikema & Aziz 2020); 0 turns it off."""
    utility: Literal["chrf", "bleu", "fast-chrf"] = "chrf"
    """Similarity that mbr maximises: chrf, bleu, or fast-chrf, which compares each sample with the n-gram counts of all
    together: time grows with the number of samples, not with its square (needs the package fastchrf: extra mbr)."""
    agreement: int = 0
    """Compare each output of a search with this many samples; their mean similarity, by chrF2, is its agreement
    (Fomicheva et al. 2020). 0: no samples."""
    prefix: str = ""
    """Forced beginning of every output."""
    max_ratio: float = 3.0
    """Maximum length of an output: this times the length of the source, plus 10 symbols, without the prefix."""

    coverage_penalty: float = 0.0
    """Beam search: weight of Σ_s log min(Σ_τ a_τs, 1) in the score, which penalises outputs that leave parts of the
    source out (Wu et al. 2016, whose weight was 0.2)."""
    block_loops: bool = True
    """Search: block three pieces in a row that an output would repeat more often than its source repeats any."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for options that exclude each other."""
        check_range(self, 1, 1000, "n_best", "beam")
        check_range(self, 0, 1000, "mbr", "agreement")
        check_range(self, -10, 10, "length_penalty")
        check_range(self, 0, 2**63 - 1, "seed")
        check_range(self, 0.01, 100, "temperature", "max_ratio")
        check_range(self, 1e-6, 1, "top_p")
        check_range(self, 0, 100, "coverage_penalty")
        if self.n_best > self.beam and not (self.sample or self.mbr):
            raise SeqkitError(
                f"n_best={self.n_best} is more than beam={self.beam}", "Widen the beam.", exit_code=2
            )
        if self.agreement and (self.sample or self.mbr):
            problem = f"agreement={self.agreement} compares the output of a search with samples"
            raise SeqkitError(problem, "Leave out sample and mbr.", exit_code=2)
        if self.mbr and self.n_best > self.mbr:
            raise SeqkitError(f"n_best={self.n_best} is more than mbr={self.mbr}", "Draw more.", exit_code=2)

        if self.utility == FAST and find_spec("fastchrf") is None:
            fix = "Install it: pip install fastchrf (in a checkout: pip install '.[mbr]'), or use --utility chrf."
            raise MissingPackageError(f"utility={FAST}: needs the package fastchrf", fix, exit_code=2)

    @property
    def draws(self) -> int:
        """Samples for each source; 0 for a search."""
        return self.mbr or (self.n_best if self.sample else 0)
