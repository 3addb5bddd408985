"""Checks of a metric: sums over a corpus, its score, its direction. Shapes: N outputs, K sums."""

from __future__ import annotations

import inspect
import math

import numpy as np

from seqkit.evaluation.corpus_metric import CorpusMetric, Sums, drawn_scores, measured, metric_of
from seqkit.testing.check import Skipped, Subject, check, expect

REFERENCES = [
    "the dog barks at the cat",
    "a cat sleeps in the garden",
    "dogs sleep",
    "the small cat sees a dog",
    "she reads the long book today",
    "yes",
]
NEAR = ["the dog barks at a cat", *REFERENCES[1:]]
FAR = ["x", "y z", "q w e r t", "o", "p p p p p p p p p", "no no"]


@check("metrics")
def class_is_a_metric(subject: Subject) -> None:
    """The class is a subclass of `CorpusMetric`, created without arguments."""
    expect(
        isinstance(metric_of(subject.name), CorpusMetric), "no seqkit.evaluation.corpus_metric.CorpusMetric"
    )


@check("metrics")
def statistics_are_an_array(subject: Subject) -> None:
    """`statistics` returns an array of numbers, (N, K)."""
    sums_NK = _statistics(subject, NEAR)
    expect(isinstance(sums_NK, np.ndarray), f"a {type(sums_NK).__name__}")
    expect(sums_NK.ndim == 2 and len(sums_NK) == len(NEAR), f"shape {sums_NK.shape} for {len(NEAR)} outputs")
    expect(sums_NK.dtype.kind in "fiu", f"an array of {sums_NK.dtype}")


@check("metrics")
def statistics_are_finite(subject: Subject) -> None:
    """All statistics are finite."""
    expect(bool(np.isfinite(_statistics(subject, FAR)).all()), "a statistic is not finite")


@check("metrics")
def statistics_of_one_output(subject: Subject) -> None:
    """One output has one row."""
    expect(len(metric_of(subject.name).statistics(["a b"], ["a c"])) == 1, "not one row")


@check("metrics")
def statistics_of_no_output(subject: Subject) -> None:
    """No output has no row."""
    expect(len(metric_of(subject.name).statistics([], [])) == 0, "rows without outputs")


@check("metrics")
def score_is_a_number(subject: Subject) -> None:
    """`score` gives a number that is not NaN."""
    for outputs in (NEAR, FAR, REFERENCES):
        value = _score(subject, outputs)
        expect(
            isinstance(value, float | int | np.floating) and not math.isnan(value), f"a score of {value!r}"
        )


@check("metrics")
def right_outputs_are_best(subject: Subject) -> None:
    """Outputs that equal their references score better than others, in the direction of the record."""
    best, near, far = (_score(subject, outputs) for outputs in (REFERENCES, NEAR, FAR))
    sign = 1 if subject.spec.higher_is_better else -1
    expect(sign * best >= sign * near, f"right outputs have {best:.4g}, nearly right ones {near:.4g}")
    expect(sign * best > sign * far, f"right outputs have {best:.4g}, wrong ones {far:.4g}")


@check("metrics")
def nearly_right_is_better_than_wrong(subject: Subject) -> None:
    """Outputs that nearly equal their references score better than wrong ones."""
    near, far = (_score(subject, outputs) for outputs in (NEAR, FAR))
    sign = 1 if subject.spec.higher_is_better else -1
    expect(sign * near > sign * far, f"nearly right ones have {near:.4g}, wrong ones {far:.4g}")


@check("metrics")
def order_does_not_matter(subject: Subject) -> None:
    """The score of a corpus does not depend on the order of its outputs."""
    metric = metric_of(subject.name)
    forward, back = (metric.corpus_score(NEAR[::way], REFERENCES[::way]) for way in (1, -1))
    expect(math.isclose(forward, back, rel_tol=1e-9), f"{forward} and {back}")


@check("metrics")
def corpus_score_is_of_the_sums(subject: Subject) -> None:
    """The score of a corpus is that of the sums of its statistics."""
    found, wanted = metric_of(subject.name).corpus_score(NEAR, REFERENCES), _score(subject, NEAR)
    expect(math.isclose(found, wanted, rel_tol=1e-9), f"{found}, not {wanted}")


@check("metrics")
def statistics_are_of_single_outputs(subject: Subject) -> None:
    """An output's statistics do not depend on the others."""
    metric = metric_of(subject.name)
    whole_NK, alone_1K = metric.statistics(NEAR, REFERENCES), metric.statistics(NEAR[:1], REFERENCES[:1])
    if whole_NK.shape[1] != alone_1K.shape[1]:
        raise Skipped("the columns of the statistics depend on the corpus")
    expect(np.allclose(whole_NK[:1], alone_1K), "the first row differs alone")


@check("metrics")
def sentences_have_scores(subject: Subject) -> None:
    """Each output has a score of its own, as minimum risk training needs it."""
    metric = metric_of(subject.name)
    values = [metric.sentence_score(*pair) for pair in zip(NEAR, REFERENCES, strict=True)]
    expect(all(math.isfinite(value) for value in values), f"scores {values}")


@check("metrics")
def sentence_scores_have_the_direction(subject: Subject) -> None:
    """A right output scores at least as well as a wrong one."""
    metric, sign = metric_of(subject.name), 1 if subject.spec.higher_is_better else -1
    right, wrong = (metric.sentence_score(output, REFERENCES[0]) for output in (REFERENCES[0], FAR[1]))
    expect(sign * right >= sign * wrong, f"right {right}, wrong {wrong}")


@check("metrics")
def empty_outputs_have_a_score(subject: Subject) -> None:
    """Empty outputs and references have statistics and a score."""
    metric = metric_of(subject.name)
    for output, reference in (("", "a b"), ("a b", ""), ("", "")):
        value = metric.corpus_score([output, "a"], [reference, "a"])
        expect(not math.isnan(value), f"NaN for {output!r} and {reference!r}")


@check("metrics")
def other_scripts_have_a_score(subject: Subject) -> None:
    """Texts of other scripts have a score."""
    outputs, references = ["猫が寝ている", "🙂 да", "e\u0301"], ["猫が寝ています", "🙂 да", "é"]
    value = metric_of(subject.name).corpus_score(outputs, references)
    expect(not math.isnan(value), "NaN")


@check("metrics")
def scores_repeat(subject: Subject) -> None:
    """A metric keeps no state: the second score equals the first."""
    metric = metric_of(subject.name)
    first = metric.corpus_score(NEAR, REFERENCES)
    metric.corpus_score(FAR, REFERENCES)
    expect(metric.corpus_score(NEAR, REFERENCES) == first, "the score depends on earlier ones")


@check("metrics")
def intervals_enclose_the_score(subject: Subject) -> None:
    """The 95 % bootstrap interval is one of numbers, low before high."""
    found = measured(subject.name, NEAR * 3, REFERENCES * 3)
    expect(found.interval is not None, "no interval")
    assert found.interval is not None
    low, high = found.interval
    expect(low <= high and not math.isnan(low + high), f"an interval from {low} to {high}")


@check("metrics")
def resampled_scores_are_numbers(subject: Subject) -> None:
    """Every resampled corpus has a score."""
    scores_S = drawn_scores(metric_of(subject.name), _statistics(subject, NEAR))
    expect(not np.isnan(scores_S).any(), "a resampled score is NaN")


@check("metrics")
def languages_give_metrics(subject: Subject) -> None:
    """`for_language` gives a metric for any language."""
    for language in ("en", "de", "ja", "xx"):
        expect(
            isinstance(metric_of(subject.name).for_language(language), CorpusMetric),
            f"no metric for {language}",
        )


@check("metrics")
def class_is_concrete(subject: Subject) -> None:
    """The class has no abstract methods."""
    left = sorted(getattr(type(metric_of(subject.name)), "__abstractmethods__", ()))
    expect(not inspect.isabstract(type(metric_of(subject.name))), f"lacks {', '.join(left)}")


def _statistics(subject: Subject, outputs: list[str]) -> Sums:
    return metric_of(subject.name).statistics(outputs, REFERENCES)


def _score(subject: Subject, outputs: list[str]) -> float:
    return metric_of(subject.name).score(_statistics(subject, outputs).sum(axis=0))
