"""Language models in the Python API: `seqkit.load("runs/lm").generate("It was")`."""

from __future__ import annotations

from seqkit.examples import SourceLocation
from seqkit.tasks import LoadedModel, ScoredText, checked_text
from seqkit.tasks.loaded import good_output
from seqkit.tasks.option_types import with_checked_options
from seqkit.tasks.text_records import TextItem
from seqkit_lm.application import texts_of


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
        item = TextItem(checked_text(prompt), 0, SourceLocation("prompt", 1))
        (output,) = self._outputs([item], self.request(given))
        return [ScoredText(*one) for one in texts_of(good_output(output, 1))]
