"""One training step of every kind of model on a device that is not the CPU: torch's "meta", which has shapes alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from media_models import untrained
from one_device import OneDevice

from seqkit.errors import SeqkitError
from seqkit.examples import Pair
from seqkit.extend.manager import load, registry
from seqkit.inference.tagger_logits import tagger_logits
from seqkit.media import Film, Picture, Sound
from seqkit.nn.placement import placed
from seqkit.tasks.seq2seq.trainable import Seq2SeqTrainable
from seqkit.training.arguments import arguments_of
from seqkit.training.loop import Training
from seqkit.training.make_request import make_request
from seqkit.training.methods import Methods
from seqkit.training.objective import NLL
from seqkit.training.optimizers import sgd
from seqkit.training.options import TrainingOptions
from seqkit.training.plugin import NLLOptions, SGDOptions
from seqkit.training.schedule import cosine


class Silent:
    def start(self, epochs, minutes): ...
    def step(self, progress, batches): ...
    def epoch(self, row, scores): ...
    def note(self, message): ...


def step_on_meta(task, folder):
    """One update, in which nothing may wait for the device and no second device may take part."""
    shortest = sorted(range(len(task.lengths)), key=lambda index: np.sum(task.lengths[index]))[:4]
    task.model.to("meta")
    options = TrainingOptions(batch_words=60, epochs=1)
    build = lambda parameters: sgd(parameters, 0.1, SGDOptions())  # noqa: E731 (fused Adam knows no meta device)
    run = Training(task, options, Methods(NLL(NLLOptions()), build, cosine), folder, Silent())
    run._batches = 1
    batch = placed(task.collate(shortest, 1), torch.device("meta"))
    task.collate = lambda indices, seed: batch
    with OneDevice():
        run._update([shortest])
    assert run.progress.updates == 1
    task.model.eval()
    with OneDevice(), torch.no_grad():
        task.loss(batch)
    missed = [name for name, one in task.model.named_parameters() if one.grad is None]
    assert not missed, missed


def prepared(model, settings, **given):
    request = make_request(arguments_of({"model": model, "corpus": "sample-english", **given}, [], settings))
    task = load(registry().find("tasks", registry().find("models", model).task).implementation)()
    return task.prepare(request, Silent()).task


TAGGER = {"hidden": 8, "char_size": 4, "char_hidden": 3, "vocab_size": 60, "word_size": 6}


@pytest.mark.parametrize("model", ["rnn", "birnn", "deeprnn", "lstm", "gru", "sru"])
def test_a_step_of_a_tagger_stays_on_its_device(model, tmp_path):
    step_on_meta(prepared(model, TAGGER), tmp_path)


@pytest.mark.parametrize("more", [{"crf": "upos"}, {"mixed": 9}, {"accumulate": 2}])
def test_a_step_of_a_tagger_with_other_layers_stays_on_its_device(more, tmp_path):
    step_on_meta(prepared("lstm", {**TAGGER, **more}), tmp_path)


def test_a_step_of_a_language_model_stays_on_its_device(tmp_path):
    step_on_meta(prepared("lm", {"hidden": 8, "embedding_size": 6, "bptt_window": 16}), tmp_path)


def test_a_step_of_a_segmenter_stays_on_its_device(tmp_path):
    step_on_meta(
        prepared("segmenter", {"recurrence": "sru", "hidden": 8, "context": 6, "run_size": 4}), tmp_path
    )


@pytest.mark.parametrize(
    "options",
    [{"attention": one} for one in ("none", "dot", "general", "additive")]
    + [{"recurrence": one} for one in ("rnn", "gru", "lstm", "sru")]
    + [{"input_feeding": True, "attention": "dot", "encoder_layers": 2, "layer_norm": True}],
)
def test_a_step_of_a_translator_stays_on_its_device(options, tmp_path):
    pairs = [Pair({"text": text}, text[::-1]) for text in ("one two", "three", "four five six", "seven")]
    task = Seq2SeqTrainable(untrained(pairs, dropout=0.2, **options), pairs, [])
    step_on_meta(task, tmp_path)
    batch = task.collate([], 0)
    with OneDevice(), torch.no_grad():
        log_p_BV, state = task.step(None, task.start(batch))
        task.step(log_p_BV.argmax(-1), state)


def film(frames):
    pixels = np.zeros((frames, 24, 24, 1), np.uint8)
    pixels[:, 4:12, 4:12] = 255
    return Film(pixels, 8.0)


def numbers(length):
    return np.arange(2 * length, dtype=np.float32).reshape(length, 2)


MEDIA = {
    "audio": (lambda n: Sound(np.sin(np.arange(800 + 400 * n, dtype=np.float32)), 8000), {"mel_bands": 20}),
    "image": (lambda n: Picture(np.full((16, 20 + 4 * n, 1), 9 * n, np.uint8)), {}),
    "video": (lambda n: film(3 + n), {"video_channels": 4}),
    "frames": (lambda n: numbers(4 + n), {}),
}


@pytest.mark.parametrize("encoder", MEDIA)
def test_a_step_of_a_model_that_reads_media_stays_on_its_device(encoder, tmp_path):
    made, options = MEDIA[encoder]
    pairs = [Pair({encoder: made(n)}, f"word {n}") for n in range(4)]
    step_on_meta(Seq2SeqTrainable(untrained(pairs, encoder=encoder, **options), pairs, []), tmp_path)


WRITTEN = {
    "frames": (lambda n: numbers(4 + n), {}),
    "vector": (lambda n: np.array([n, 2.0], np.float32), {}),
    "video": (lambda n: film(3 + n), {"film_channels": 8, "film_look": 4, "film_patch": 12}),
}


@pytest.mark.parametrize("decoder", WRITTEN)
def test_a_step_of_a_model_that_writes_media_stays_on_its_device(decoder, tmp_path):
    made, options = WRITTEN[decoder]
    pairs = [Pair({"text": f"word {n}"}, made(n)) for n in range(4)]
    step_on_meta(Seq2SeqTrainable(untrained(pairs, decoder=decoder, **options), pairs, []), tmp_path)


def test_int8_is_a_number_format_of_the_cpu_alone():
    model = prepared("lstm", TAGGER).model
    with pytest.raises(SeqkitError, match="int8: a number format for the CPU only"):
        tagger_logits(model.to("meta"), "int8")


def test_the_check_sees_two_devices_and_a_wait():
    x, y = torch.ones(2, 2, device="meta"), torch.ones(2)
    with OneDevice(), pytest.raises(AssertionError, match="meet"):
        torch.ops.aten.index_select(x, 0, torch.tensor([0])) + y
    with OneDevice(), pytest.raises(AssertionError, match="waits for the device"):
        bool(x.sum() > 0)
    with OneDevice(), pytest.raises(AssertionError, match="waits for the device"):
        x[x > 0]
