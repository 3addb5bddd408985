"""Auxiliary labels: their values, their effect in training, and their removal from the trained model."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
import torch

from seqkit.errors import SeqkitError
from seqkit.formats.conllu.treebank import parse
from seqkit.models.artifact import load_for
from seqkit.tasks.tagging.auxiliary import add_auxiliary
from seqkit.training.arguments import arguments_of
from seqkit.training.make_request import make_request
from seqkit.training.run import train

ROWS = """# text = I can't see it.
1\tI\tI\tPRON\t_\t_\t4\tnsubj\t_\t_
2-3\tcan't\t_\t_\t_\t_\t_\t_\t_\t_
2\tca\tcan\tAUX\t_\t_\t4\taux\t_\t_
3\tn't\tnot\tPART\t_\t_\t4\tadvmod\t_\t_
4\tsee\tsee\tVERB\t_\t_\t0\troot\t_\t_
4.1\tx\tx\tX\t_\t_\t_\t_\t4:dep\t_
5\tit\tit\tPRON\t_\t_\t4\tobj\t_\tSpaceAfter=No
6\t.\t.\tPUNCT\t_\t_\t4\tpunct\t_\t_"""
SETTINGS = {"epochs": 2, "hidden": 6, "char_hidden": 4, "vocab_size": 60, "threads": 1}
CORPUS = {"model": "lstm", "corpus": "sample-english"}
NOBODY = SimpleNamespace(
    start=lambda *_: None, epoch=lambda *_: None, step=lambda *_: None, note=lambda _: None
)


def trained(out, **settings):
    train(make_request(arguments_of(CORPUS, [], SETTINGS | settings)), out, "seqkit train", NOBODY)
    return load_for("tagging", str(out))


def test_relations_include_the_side_of_the_head():
    sentence = parse(ROWS.split("\n"))
    add_auxiliary([sentence], "deprel")
    assert sentence.labels["deprel"] == ["nsubj>", "aux>", "advmod>", "root", "obj<", "punct<"]


def test_a_treebank_without_relations_is_refused():
    without = parse(["1\tI\t_\tPRON\t_\t_\t_\t_\t_\t_"])
    with pytest.raises(SeqkitError, match="has no deprel labels"):
        add_auxiliary([without], "deprel")
    assert "deprel" not in without.labels


def test_it_changes_what_is_learnt_and_is_gone_from_the_model(tmp_path):
    alone, beside = trained(tmp_path / "alone"), trained(tmp_path / "beside", auxiliary="deprel")
    assert list(beside.heads) == list(alone.heads) == ["upos", "xpos", "feats", "lemma"]
    assert beside.facts.labels == alone.facts.labels
    assert "deprel" not in (tmp_path / "beside" / "labels" / "labels.json").read_text()
    assert "deprel" not in json.loads((tmp_path / "beside" / "words" / "ambiguous.json").read_text())
    shapes = [{name: w.shape for name, w in model.state_dict().items()} for model in (alone, beside)]
    assert shapes[0] == shapes[1]
    assert not torch.equal(alone.U, beside.U)


def test_a_pupil_learns_relations_that_its_teachers_do_not_know(tmp_path):
    trained(tmp_path / "teacher")
    for name, auxiliary in (("alone", "none"), ("beside", "deprel")):
        given = CORPUS | {"teacher": (str(tmp_path / "teacher"),)}
        # Teachers answer in float32, whatever the pupil computes in.
        settings = SETTINGS | {"auxiliary": auxiliary, "train_dtype": "bfloat16"}
        request = make_request(arguments_of(given, [], settings))
        train(request, tmp_path / name, "seqkit train", NOBODY)
    alone, beside = (load_for("tagging", str(tmp_path / name)) for name in ("alone", "beside"))
    assert list(beside.heads) == ["upos", "xpos", "feats", "lemma"]
    assert not torch.equal(alone.U, beside.U)
