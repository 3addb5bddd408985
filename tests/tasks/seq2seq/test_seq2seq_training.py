"""Training a translator: it learns, is reproducible, and resumes bit for bit."""

from __future__ import annotations

import csv
import hashlib
import signal
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from seqkit.config import parse_settings
from seqkit.data.pairs import read_pairs
from seqkit.decoding.options import DecodingOptions
from seqkit.examples import RecordErrors
from seqkit.inference.generation import generate
from seqkit.models.artifact import load_model
from seqkit.tasks.seq2seq.data import read_pair_data
from seqkit.tasks.seq2seq.options import Seq2SeqTraining
from seqkit.training.arguments import arguments_of
from seqkit.training.make_request import make_request
from seqkit.training.request import Sources
from seqkit.training.run import train
from seqkit.training.stopping import Stopped

SETTINGS = [
    "epochs=3",
    "batch_words=90",
    "hidden=16",
    "embedding_size=12",
    "vocab_size=150",
    "dropout=0.3",
    "sampling=0.5",
    "patience=0",
    "seed=3",
    "threads=1",
]


class Reporter:
    """Says nothing; sends this process SIGTERM after `stop_at` updates, as a cluster does."""

    def __init__(self, stop_at: int = 0) -> None:
        self.stop_at, self.notes, self.batches = stop_at, [], 0

    def start(self, epochs, minutes): ...

    def step(self, progress, batches):
        self.batches = batches
        if progress.updates == self.stop_at:
            signal.raise_signal(signal.SIGTERM)

    def epoch(self, row, scores): ...

    def note(self, message):
        self.notes.append(message)


def run(out: Path, stop_at: int = 0, settings: list[str] = SETTINGS, **given) -> Reporter:
    reporter = Reporter(stop_at)
    wanted = {"model": "seq2seq", "corpus": "sample-german-english", "source": "de", "target": "en", **given}
    train(
        make_request(arguments_of(wanted, [], parse_settings(settings))),
        out,
        "seqkit train seq2seq",
        reporter,
    )
    return reporter


def outcome(out: Path) -> tuple[str, list[dict[str, str]]]:
    """Checksum of the weights, and every figure of every epoch but the time it took."""
    with open(out / "training" / "metrics.csv", encoding="utf-8") as file:
        rows = [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]
    return hashlib.sha256((out / "model.safetensors").read_bytes()).hexdigest(), rows


@pytest.mark.parametrize(
    "also",
    [
        [],
        ["attention=none", "bidirectional=false", "recurrence=gru"],
        ["train_dtype=bfloat16", "input_feeding=true"],
    ],
    ids=["attention", "plain", "bfloat16"],
)
def test_stopped_twice_within_epochs_and_resumed_it_is_bit_for_bit_the_same(tmp_path, also):
    settings = [*SETTINGS, *also]
    reporter = run(tmp_path / "whole", settings=settings)
    assert reporter.batches > 4, "the stops must fall within epochs"
    broken = tmp_path / "broken"
    for stop_at in (3, reporter.batches + 2):
        with pytest.raises(Stopped):
            run(broken, stop_at, settings)
        assert not (broken / "MANIFEST.json").exists()
        # What an interrupted process leaves behind in this one must not be what saves the day.
        torch.manual_seed(stop_at)
    run(broken, settings=settings)
    weights, rows = outcome(tmp_path / "whole")
    assert outcome(broken) == (weights, rows)
    assert len({row["train_loss"] for row in rows}) == 3, "a loss that never moves would prove nothing"
    assert {"dev_bleu", "dev_perplexity"} <= set(rows[0])


def test_the_seed_decides(tmp_path):
    few = [setting for setting in SETTINGS if not setting.startswith(("epochs", "seed"))] + ["epochs=1"]
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        run(tmp_path / name, settings=[*few, f"seed={seed}"])
    assert outcome(tmp_path / "a") == outcome(tmp_path / "b")
    assert outcome(tmp_path / "a")[0] != outcome(tmp_path / "c")[0]


def test_single_words_are_scored_by_exact_matches_for_their_bleu_is_always_0(tmp_path):
    data = tmp_path / "words.tsv"
    rows = [f"{word} {number}\t{word}\n" for number in range(12) for word in ("left", "right")]
    data.write_text("de\ten\n" + "".join(rows), encoding="utf-8")
    files = {"corpus": "", "train": (str(data),), "dev": (str(data),)}
    settings = [*SETTINGS, "epochs=20", "learning_rate=0.02", "average=0", "vocab_size=30"]
    run(tmp_path / "out", settings=settings, **files)
    exact = [float(row["dev_exact"]) for row in outcome(tmp_path / "out")[1]]
    assert max(exact) == 1, "a task of two answers is learnt"
    assert exact[0] < 1, "the first epoch must not be as good"


@pytest.fixture(scope="module")
def twenty():
    """The first pairs of the sample."""
    return list(read_pairs("sample-german-english", "train", "de", "en", RecordErrors()))[:20]


@pytest.mark.parametrize("attention", ["none", "general"])
def test_twenty_pairs_are_learnt_by_heart(tmp_path, twenty, attention):
    """A symbol of a language of about 150 costs log 150 = 5 at first."""
    data = tmp_path / "twenty.tsv"
    data.write_text(
        "de\ten\n" + "".join(f"{pair.sources['text']}\t{pair.target}\n" for pair in twenty), encoding="utf-8"
    )
    learning = [
        "epochs=70",
        "batch_words=200",
        "hidden=64",
        "embedding_size=48",
        "vocab_size=150",
        "dropout=0",
        "sampling=0",
        "average=0",
        "label_smoothing=0",
        "learning_rate=0.01",
        f"attention={attention}",
    ]
    reporter = run(tmp_path / "run", settings=learning, corpus="", train=(str(data),))
    assert any("no dev split" in note for note in reporter.notes)
    losses = [float(row["train_loss"]) for row in outcome(tmp_path / "run")[1]]
    assert losses[0] > 3 and losses[-1] < 0.2
    model = load_model(str(tmp_path / "run"))
    found = generate([model], [pair.sources for pair in twenty], DecodingOptions())
    right = sum(best.value == pair.target for (best,), pair in zip(found, twenty, strict=True))
    assert right >= 18


def test_the_loss_is_that_of_the_smoothed_target(twenty):
    """Label smoothing changes the loss that is minimised, and not the one that is reported."""
    from toy_translation import pairs, tiny

    from seqkit.tasks.seq2seq.trainable import Seq2SeqTrainable

    model, examples = tiny(), pairs(8)
    task = Seq2SeqTrainable(model, examples, [])
    first, *others = (task.loss(task.collate(range(8), 1), share) for share in (0.0, 0.2, 0.4))
    assert all(other.counts == first.counts for other in others)
    assert float(first.mean.detach()) == pytest.approx(float(first.counts.nll / first.counts.steps), rel=1e-5)
    # (1 - share) * nll + share * (mean over all symbols) is linear in the share.
    some, twice = (float((other.mean - first.mean).detach()) for other in others)
    assert abs(some) > 1e-5
    assert twice == pytest.approx(2 * some, rel=0.01)


def test_no_more_than_a_thousand_pairs_are_held_out(tmp_path):
    """Every twentieth of few, of many a smaller share."""
    file = tmp_path / "pairs.tsv"
    for count, held_out in ((1_000, 50), (20_999, 999), (39_999, 999)):
        file.write_text(
            "".join(f"eins {number}\tone {number}\n" for number in range(count)), encoding="utf-8"
        )
        sources = Sources("seq2seq", train=(str(file),))
        data = read_pair_data(sources, Seq2SeqTraining(), SimpleNamespace(encoder="text", decoder="text"))
        assert (len(data.train), len(data.dev)) == (count - held_out, held_out)
