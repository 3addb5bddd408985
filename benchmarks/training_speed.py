"""Speed of training `seq2seq`: `python benchmarks/training_speed.py train_dtype=bfloat16 hidden=896`.

Accepts the settings of `seqkit train seq2seq --set`, makes updates on Multi30k (English to German) as in a training,
and prints the number of weights and target pieces per second after a few warm-up updates. Nothing is stored.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from seqkit.config import parse_settings
from seqkit.runtime.start import start_training
from seqkit.tasks.seq2seq.task import Seq2SeqTask
from seqkit.training.arguments import arguments_of
from seqkit.training.loop import Training
from seqkit.training.make_request import make_request
from seqkit.training.methods import methods_of


class Silent:
    """A reporter that prints nothing."""

    def start(self, epochs: int, minutes: float) -> None: ...

    def step(self, progress: Any, batches: int) -> None: ...

    def epoch(self, row: Any, scores: Any) -> None: ...

    def note(self, message: str) -> None: ...


def main() -> None:
    """Prepare a training, make the updates, print the speed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("settings", nargs="*", help="NAME=VALUE, as after --set")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--warm-up", type=int, default=5)
    parser.add_argument("--updates", type=int, default=40)
    given = parser.parse_args()
    start_training(given.threads)
    asked = {"model": "seq2seq", "corpus": "multi30k", "source": "en", "target": "de"}
    prepared = Seq2SeqTask().prepare(
        make_request(arguments_of(asked, [], parse_settings(given.settings))), Silent()
    )
    with tempfile.TemporaryDirectory() as folder:
        training = Training(
            prepared.task,
            prepared.request.training,
            methods_of(prepared.request, prepared.task.model),
            Path(folder),
            Silent(),
        )
        updates = list(islice(training._batches_left(), given.warm_up + given.updates))
        for batches in updates[: given.warm_up]:
            training._update(batches)
        started = time.perf_counter()
        for batches in updates[given.warm_up :]:
            training._update(batches)
        seconds = time.perf_counter() - started
    indices = [index for batches in updates[given.warm_up :] for batch in batches for index in batch]
    pieces = int(np.asarray(prepared.task.lengths)[indices, 1].sum())
    weights = sum(parameter.numel() for parameter in prepared.task.model.parameters())
    print(
        f"{weights:,} weights, {pieces / seconds:,.0f} target pieces/s, {len(indices) / seconds:,.0f} pairs/s"
    )


if __name__ == "__main__":
    main()
