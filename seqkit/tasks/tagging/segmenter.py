"""The segmenter that is trained with a tagger and stored in its folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from seqkit.examples import Sentence
from seqkit.extend.manager import registry
from seqkit.tasks.segmenting import FOLDER, PROVIDES, own_segmenter
from seqkit.training.arguments import TrainingArguments
from seqkit.training.make_request import make_request
from seqkit.training.request import TrainingRequest

FEWEST = 500
"""Sentences; what is learnt from fewer splits text worse than rules do."""
SHARED = ("minutes", "seed", "threads", "train_dtype", "save_minutes", "weights_dtype")
"""Options of the tagger's training that also apply to its segmenter."""


def segmenter_request(request: TrainingRequest, train: Sequence[Sentence]) -> Mapping[str, TrainingRequest]:
    """The training of a segmenter from the same data, by the folder it goes to; empty where there is none.

    There is none if the user wants none, if words do not say how they were written, were made by a pipeline or are few,
    if the model that a training begins with has no segmenter either, and if no plugin offers one.
    """
    written = [sentence for sentence in train if sentence.spaces is not None and not sentence.silver]
    spec = _model()
    if not request.task.with_segmenter or len(written) < FEWEST or not spec:
        return {}
    sources = request.sources
    start = own_segmenter(sources.start) if sources.start else None
    if sources.start and start is None:
        return {}
    asked = TrainingArguments(
        spec,
        corpus=sources.corpus or None,
        train=sources.train or None,
        dev=sources.dev or None,
        start=str(start) if start else None,
        skip_bad=sources.skip_bad,
        options={"lang": request.task.lang or None},
        settings={name: getattr(request.training, name) for name in SHARED},
    )
    return {FOLDER: make_request(asked)}


def _model() -> str:
    """The name of the model that `seqkit train` makes a segmenter of, a built-in one first; "" where there is none."""
    tasks = {one.spec.name for one in registry().all("tasks") if one.spec.provides == PROVIDES}
    found = sorted(registry().all("models"), key=lambda one: not one.builtin)
    return next((one.spec.name for one in found if one.spec.task in tasks), "")
