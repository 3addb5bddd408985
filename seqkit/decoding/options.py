"""How outputs are chosen. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from seqkit.config import check_range
from seqkit.errors import SeqkitError


@dataclass(frozen=True)
class DecodingOptions:
    """How to get from P(next symbol) to outputs."""

    beam: int = 5
    """Hypotheses kept at each step; 1 is greedy."""
    n_best: int = 1
    """Outputs a source."""
    length_penalty: float = 1.0
    """a in score = log P / length ** a: 0 favours short outputs, 1 takes the mean a symbol."""
    sample: bool = False
    """Draw outputs at random instead of searching."""
    top_p: float = 1.0
    """Draw from the most probable symbols that together have this probability (Holtzman et al. 2020)."""
    temperature: float = 1.0
    """Of the draw: below 1 favours the probable."""
    seed: int = 1
    """Of the draw."""
    mbr: int = 0
    """Draw so many outputs and take the one that is most like the others (Eikema & Aziz 2020); 0 does not."""
    utility: Literal["chrf", "bleu"] = "chrf"
    """What "like" means for mbr."""
    prefix: str = ""
    """How every output begins."""
    max_ratio: float = 3.0
    """Longest output: this times the source's length, and 10 symbols more, the prefix not counted."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for values that do not go together."""
        check_range(self, 1, 1000, "n_best", "beam")
        check_range(self, 0, 1000, "mbr")
        check_range(self, -10, 10, "length_penalty")
        check_range(self, 0, 2**63 - 1, "seed")
        check_range(self, 0.01, 100, "temperature", "max_ratio")
        check_range(self, 1e-6, 1, "top_p")
        if self.n_best > self.beam and not (self.sample or self.mbr):
            raise SeqkitError(
                f"n_best={self.n_best} is more than beam={self.beam}", "Widen the beam.", exit_code=2
            )
        if self.mbr and self.n_best > self.mbr:
            raise SeqkitError(f"n_best={self.n_best} is more than mbr={self.mbr}", "Draw more.", exit_code=2)

    @property
    def draws(self) -> int:
        """Outputs drawn a source; 0 where they are searched for."""
        return self.mbr or (self.n_best if self.sample else 0)
