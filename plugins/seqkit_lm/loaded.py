"""Language models in the Python API: `seqkit.load("runs/lm").generate("It was")`."""

from __future__ import annotations

from seqkit.tasks import LoadedModel, ScoredText, checked_text
from seqkit.tasks.option_types import with_checked_options
from seqkit_lm.generation import GenerationOptions, continuations


class LoadedLM(LoadedModel):
    """A trained language model."""

    @with_checked_options
    def generate(
        self,
        prompt: str = "",
        *,
        length: int = 200,
        temperature: float = 1.0,
        top_p: float = 1.0,
        seed: int = 1,
        count: int = 1,
    ) -> list[ScoredText]:
        """Sample texts that begin with the prompt, each with its `log_prob`.

        Args: as the options of `seqkit generate`: length, maximum symbols to add; temperature, below 1 favours probable
        symbols, 0 chooses the most probable one; top_p, sample from the most probable symbols with this total
        probability; count, number of texts. Raises SeqkitError for a value out of range.
        """
        given = {"length": length, "temperature": temperature, "top_p": top_p, "seed": seed, "count": count}
        self.request(given)  # checks the ranges
        draw = GenerationOptions(length, temperature, top_p, seed, count)
        found = continuations(self.loaded, checked_text(prompt), draw)
        return [ScoredText(one.text, one.log_prob) for one in found]
