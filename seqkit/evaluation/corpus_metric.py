"""Scores of a whole corpus from sums over its sentences: corpus score, sentence score and bootstrap follow from both.

Shapes: N outputs, K sums, S drawn corpora.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from numbers import Real
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqkit.errors import PluginError
from seqkit.evaluation.metric import Metric
from seqkit.evaluation.resampling import SEED, by_chance, interval, samples_of
from seqkit.extend.build import class_of
from seqkit.extend.manager import registry
from seqkit.extend.specs import MetricSpec

Sums = NDArray[np.float64]


class CorpusMetric(ABC):
    """A score of texts against references. A MetricSpec names a subclass, which is made without arguments."""

    @abstractmethod
    def statistics(self, outputs: Sequence[str], references: Sequence[str]) -> Sums:
        """What each output adds to the corpus's sums, (N, K): matches and lengths, edits and words."""

    @abstractmethod
    def score(self, sums_K: Sums) -> float:
        """The score of sums over any number of outputs."""

    def for_language(self, language: str, tokenizer: str = "") -> CorpusMetric:
        """The metric as it suits outputs in a language. Override it where that changes how text is cut.

        Args: language, a code such as "de"; tokenizer, sacreBLEU's name of one, "": what suits the language.
        """
        return self

    def signature(self, samples: int) -> str:
        """What another program needs to give the same number again; "" where the name says it.

        Args: samples, the corpora drawn for an interval.
        """
        return ""

    def sentence_score(self, output: str, reference: str) -> float:
        """The score of one output. Override it where sums of one sentence need smoothing (BLEU+1)."""
        return self.score(self.statistics([output], [reference])[0])

    def corpus_score(self, outputs: Sequence[str], references: Sequence[str]) -> float:
        """The score of all outputs together."""
        return self.score(self.statistics(outputs, references).sum(axis=0))


class Score(NamedTuple):
    """A corpus metric of one system."""

    value: float
    low: float
    """95 % interval, by bootstrap over outputs (Koehn 2004)."""
    high: float
    signature: str
    """What sacreBLEU needs to give the same number again."""
    higher_is_better: bool = True

    def as_metric(self, name: str) -> Metric:
        """The score as a value, without a unit."""
        return Metric(name, self.value, (self.low, self.high), self.higher_is_better, unit="")


def metric_of(name: str) -> CorpusMetric:
    """The registered metric of that name. Raises SeqkitError for an unknown name, and for a class that is none."""
    made: CorpusMetric = class_of(CorpusMetric, "metrics", name)()
    return made


def title_of(name: str) -> str:
    """What tables call a registered metric."""
    spec: MetricSpec = registry().find("metrics", name)
    return spec.title or spec.name


def higher_is_better(name: str) -> bool:
    """Whether higher scores of a registered metric are better ones."""
    return bool(registry().find("metrics", name).higher_is_better)


def measured(
    name: str, outputs: Sequence[str], references: Sequence[str], bootstrap: bool = True, language: str = ""
) -> Metric:
    """A registered metric of a corpus, with its 95 % interval by bootstrap over outputs (Koehn 2004).

    Args: bootstrap, whether to estimate the interval; language, of the outputs, "": not considered.
    """
    spec, metric = registry().find("metrics", name), metric_of(name)
    metric = metric.for_language(language) if language else metric
    sums_NK = metric.statistics(outputs, references)
    _check(name, "its `statistics` give", _fault_of_sums(sums_NK, len(outputs)))
    value = metric.score(sums_NK.sum(axis=0))
    _check(name, "its score is", "" if isinstance(value, Real) and not math.isnan(value) else str(value))
    ends = interval(drawn_scores(metric, sums_NK)) if bootstrap and len(sums_NK) else None
    return Metric(name, float(value), ends, spec.higher_is_better, spec.unit)


def _fault_of_sums(sums_NK: Sums, outputs: int) -> str:
    """What is wrong with the statistics of a plugin's metric; empty when they can be used."""
    if not isinstance(sums_NK, np.ndarray):
        return f"a {type(sums_NK).__name__}, not an array (N, K)"
    if sums_NK.ndim != 2 or len(sums_NK) != outputs:
        return f"an array of shape {sums_NK.shape} for {outputs} outputs"
    return ""


def _check(name: str, what: str, fault: str) -> None:
    """Raise PluginError, naming the metric's plugin, where there is a fault."""
    if fault:
        who = registry().registered("metrics", name).who
        raise PluginError(f"{who}, metric '{name}': {what} {fault}", "Tell the author of the plugin.")


def resampled(name: str, metric: CorpusMetric, outputs: Sequence[str], references: Sequence[str]) -> Score:
    """The score of a corpus by the metric of that name, with its interval and signature; of one output at least."""
    sums_NK = metric.statistics(outputs, references)
    drawn_S = drawn_scores(metric, sums_NK)
    signature = metric.signature(len(drawn_S))
    value = metric.score(sums_NK.sum(axis=0))
    return Score(value, *interval(drawn_S), signature, higher_is_better(name))


def compared(
    metric: CorpusMetric, this: Sequence[str], other: Sequence[str], references: Sequence[str]
) -> tuple[float, float, float, float, float]:
    """The scores of two systems, the 95 % interval of their difference and its p, as `by_chance` tells it.

    Paired bootstrap: the same outputs are drawn of both.
    """
    mine_NK, theirs_NK = (metric.statistics(outputs, references) for outputs in (this, other))
    mine, theirs = metric.score(mine_NK.sum(axis=0)), metric.score(theirs_NK.sum(axis=0))
    drawn_S = drawn_scores(metric, mine_NK) - drawn_scores(metric, theirs_NK)
    return mine, theirs, *interval(drawn_S), by_chance(drawn_S, mine - theirs)


def drawn_scores(metric: CorpusMetric, sums_NK: Sums) -> Sums:
    """The score of each corpus that is drawn from the outputs at hand, seeded, (S,)."""
    random, count = np.random.default_rng(SEED), len(sums_NK)
    drawn = (random.choice(count, size=count, replace=True) for _ in range(samples_of(count)))
    return np.array([metric.score(sums_NK[chosen_N].sum(axis=0)) for chosen_N in drawn])
