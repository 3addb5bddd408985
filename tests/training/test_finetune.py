"""Fine-tuning: it starts with the outputs of the trained model and continues from there."""

from __future__ import annotations

import signal

import pytest
import torch

from seqkit.errors import SeqkitError
from seqkit.models.artifact import load_model
from seqkit.training.arguments import arguments_of
from seqkit.training.make_request import make_request
from seqkit.training.request_file import CONFIG
from seqkit.training.run import train
from seqkit.training.stopping import Stopped

TAGGER = {"model": "lstm", "corpus": "sample-english"}
TRANSLATOR = {"model": "seq2seq", "corpus": "sample-german-english", "source": "de", "target": "en"}
SMALL = {"epochs": 1, "hidden": 6, "vocab_size": 100, "threads": 1, "patience": 0}
SIZES = {"lstm": {"char_hidden": 4}, "seq2seq": {"embedding_size": 8}}
STILL = {"learning_rate": 0.0, "epochs": 1, "threads": 1}


class Reporter:
    """Keeps the notes; asks to stop after some updates."""

    def __init__(self, stop_at=0):
        self.notes, self.stop_at = [], stop_at

    def start(self, epochs, minutes): ...

    def step(self, progress, batches):
        if progress.updates == self.stop_at:
            signal.raise_signal(signal.SIGTERM)

    def epoch(self, row, scores): ...

    def note(self, message):
        self.notes.append(message)


def run(out, given, settings, configs=(), stop_at=0):
    reporter = Reporter(stop_at)
    train(make_request(arguments_of(given, list(configs), settings)), out, "seqkit train", reporter)
    return reporter.notes


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    for given in (TAGGER, TRANSLATOR):
        name = given["model"]
        run(folder / name, given, SMALL | SIZES[name])
    return folder


@pytest.mark.parametrize("given", [TAGGER, TRANSLATOR], ids=["tagger", "translator"])
def test_without_a_step_it_is_the_model_that_it_began_as(trained, tmp_path, given):
    begun = trained / given["model"]
    run(tmp_path / "still", given | {"start": str(begun)}, STILL)
    before, after = load_model(str(begun)), load_model(str(tmp_path / "still"))
    assert after.options == before.options
    states = before.state_dict()
    for name, value in after.state_dict().items():
        if not name.endswith("temperature"):
            assert torch.equal(value, states[name]), name
    card = (tmp_path / "still" / "README.md").read_text(encoding="utf-8")
    assert f"Trained further from `{given['model']}`" in card
    run(tmp_path / "moved", given | {"start": str(begun)}, STILL | {"learning_rate": 0.01})
    moved = load_model(str(tmp_path / "moved")).state_dict()
    assert any(not torch.equal(value, states[name]) for name, value in moved.items())


def test_stopped_and_resumed_it_is_bit_for_bit_the_same(trained, tmp_path):
    given, settings = TAGGER | {"start": str(trained / "lstm")}, {"epochs": 2, "threads": 1}
    run(tmp_path / "whole", given, settings)
    with pytest.raises(Stopped):
        run(tmp_path / "broken", given, settings, stop_at=3)
    run(tmp_path / "broken", {"model": "lstm"}, {}, [tmp_path / "broken" / "training" / CONFIG])
    whole, broken = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("whole", "broken"))
    assert whole == broken


def test_labels_that_the_model_lacks_are_reported_or_refused(trained, tmp_path):
    file = tmp_path / "new.conllu"
    file.write_text("1\tTime\t_\tNOUN\t_\t_\t_\t_\t_\t_\n2\tflies\t_\tNEWLABEL\t_\t_\t_\t_\t_\t_\n\n" * 3)
    given = {"model": "lstm", "train": [str(file)], "start": str(trained / "lstm")}
    notes = run(tmp_path / "new", given, STILL)
    assert any(
        "1 of 2 upos label(s) are not learnt, as the model does not have them: NEWLABEL" in note
        for note in notes
    )
    assert list(load_model(str(tmp_path / "new")).heads) == ["upos", "xpos", "feats", "lemma"]
    file.write_text("1\tTime\t_\tNEWLABEL\t_\t_\t_\t_\t_\t_\n\n" * 3)
    with pytest.raises(SeqkitError, match="has none of the labels to be learnt"):
        run(tmp_path / "none", given, STILL)
    run(tmp_path / "upos", TAGGER | {"label": ["upos"]}, SMALL | SIZES["lstm"])
    with pytest.raises(SeqkitError, match="gives no xpos labels"):
        run(tmp_path / "no", TAGGER | {"start": str(tmp_path / "upos"), "label": ["xpos"]}, STILL)
    notes = run(tmp_path / "some", TAGGER | {"start": str(tmp_path / "upos")}, STILL)
    assert "the model gives no feats labels, and learns none" in notes


def test_words_and_language_of_the_file_are_taken_in(trained, tmp_path):
    file = tmp_path / "new.conllu"
    file.write_text("1\tflies\t_\tVERB\t_\t_\t_\t_\t_\t_\n2\tzzz\t_\tNOUN\t_\t_\t_\t_\t_\t_\n\n" * 3)
    given = {"model": "lstm", "train": [str(file)], "start": str(trained / "lstm")}
    before = load_model(str(trained / "lstm")).facts
    assert "zzz" not in before.known_words and "flies" not in before.ambiguous["upos"]
    run(tmp_path / "same", given, STILL)
    after = load_model(str(tmp_path / "same")).facts
    assert after.known_words == before.known_words | {"flies", "zzz"}
    assert (after.kept, after.language) == (before.kept, before.language)
    card = (tmp_path / "same" / "README.md").read_text(encoding="utf-8")
    assert f"language: {before.language}" in card
    run(tmp_path / "hu", given | {"lang": "hu"}, STILL)
    assert load_model(str(tmp_path / "hu")).facts.language == "hu"


def test_kinds_that_are_left_out_are_not_learnt(trained, tmp_path):
    """Stopped and resumed, too."""
    given, settings = (
        TAGGER | {"start": str(trained / "lstm"), "label": ["upos"]},
        {"epochs": 2, "threads": 1},
    )
    notes = run(tmp_path / "whole", given, settings)
    assert [note for note in notes if note.startswith("xpos is not learnt")]
    before, after = (load_model(str(folder)) for folder in (trained / "lstm", tmp_path / "whole"))
    same = {kind: torch.equal(before.heads[kind].V, after.heads[kind].V) for kind in before.heads}
    assert same == {"upos": False, "xpos": True, "feats": True, "lemma": True}
    metrics = (tmp_path / "whole" / "training" / "metrics.csv").read_text()
    assert "dev_upos" in metrics and "dev_xpos" not in metrics
    with pytest.raises(Stopped):
        run(tmp_path / "broken", given, settings, stop_at=3)
    run(tmp_path / "broken", {"model": "lstm"}, {}, [tmp_path / "broken" / "training" / CONFIG])
    whole, broken = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("whole", "broken"))
    assert whole == broken


def test_another_direction_has_a_warning(trained, tmp_path):
    given = TRANSLATOR | {"source": "en", "target": "de", "start": str(trained / "seq2seq")}
    (note,) = (note for note in run(tmp_path / "en-de", given, STILL) if not note.startswith("data "))
    assert "was from de to en, and is trained from en to de" in note
    assert load_model(str(tmp_path / "en-de")).facts.language == "en-de"


@pytest.mark.parametrize(
    ("given", "settings", "said"),
    [
        (TAGGER | {"model": "gru"}, STILL, "is a model of the kind lstm, not gru"),
        (TAGGER, STILL | {"hidden": 7}, "do not fit these options"),
        (TAGGER, STILL | {"auxiliary": "deprel"}, "not for a model that is trained further"),
    ],
    ids=["kind", "size", "auxiliary"],
)
def test_what_cannot_be_trained_further_is_refused(trained, tmp_path, given, settings, said):
    with pytest.raises(SeqkitError, match=said):
        run(tmp_path / "no", given | {"start": str(trained / "lstm")}, settings)
