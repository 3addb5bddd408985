"""Distillation: the inputs of the teachers, and agreement of the student with them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from toy import TREEBANK, softmax_loss, taught_loss, tiny

from seqkit.errors import SeqkitError
from seqkit.inference.tagger import TaggerRunner
from seqkit.models.artifact import save_model
from seqkit.tasks.tagging.distillation import noisy, teach
from seqkit.tasks.tagging.trainable import TaggingTrainable


@pytest.fixture
def teachers(tmp_path):
    names = []
    for number, name in enumerate(("birnn", "lstm")):
        model = tiny(name)
        for parameter in model.parameters():
            torch.nn.init.normal_(parameter, std=0.5)
        save_model(tmp_path / name, name, model, "")
        names.append(str(tmp_path / name))
        assert number < 2
    return names


def lesson(teachers, copies=1):
    labels = tiny("birnn").facts.labels
    return teach(teachers, TREEBANK, labels, copies, 0.5, 3, lambda note: None)


def test_noise_replaces_words_by_others_of_their_label():
    label_of = {w: y for s in TREEBANK for w, y in zip(s.words, s.labels["upos"], strict=True)}
    copies = noisy(TREEBANK, "upos", 0.5, np.random.default_rng(1))
    changed = 0
    for sentence, copy in zip(TREEBANK, copies, strict=True):
        assert [label_of[word] for word in copy.words] == sentence.labels["upos"]
        assert copy.labels == {}
        changed += sum(a != b for a, b in zip(sentence.words, copy.words, strict=True))
    assert changed > 3
    assert noisy(TREEBANK, "upos", 0.0, np.random.default_rng(1))[0].words == TREEBANK[0].words


def test_teachers_answer_with_the_mean_of_their_probabilities(teachers):
    found = lesson(teachers)
    assert len(found.sentences) == len(found.soft) == 2 * len(TREEBANK)
    alone = [lesson([teacher], copies=0).soft for teacher in teachers]
    for sentence, soft in enumerate(found.soft[: len(TREEBANK)]):
        for kind, p_TL in soft.items():
            mean = (alone[0][sentence][kind].float() + alone[1][sentence][kind].float()) / 2
            torch.testing.assert_close(p_TL.float(), mean, atol=2e-3, rtol=0)
            torch.testing.assert_close(p_TL.float().sum(-1), torch.ones(len(p_TL)), atol=5e-3, rtol=0)


def test_a_teacher_of_other_labels_is_refused(tmp_path):
    save_model(tmp_path / "other", "birnn", tiny("birnn", labels=("upos",)), "")
    with pytest.raises(SeqkitError, match="its xpos labels are not those"):
        lesson([str(tmp_path / "other")])


def test_with_certain_teachers_the_loss_is_that_of_gold_labels():
    torch.manual_seed(1)
    logits = {"upos": torch.randn(2, 3, 4)}
    y_BT = torch.tensor([[0, 3, 1], [2, 2, -1]])
    certain = {"upos": torch.nn.functional.one_hot(y_BT.clamp(min=0), 4) * (y_BT >= 0)[:, :, None].float()}
    for weight in (0.0, 0.4, 1.0):
        ours = taught_loss(logits, {"upos": y_BT}, certain, weight).mean
        torch.testing.assert_close(ours, softmax_loss(logits, {"upos": y_BT}).mean)


def test_a_kind_of_label_without_teachers_is_learnt_from_gold_labels():
    torch.manual_seed(2)
    logits = {"upos": torch.randn(2, 3, 4), "deprel": torch.randn(2, 3, 5)}
    targets = {
        "upos": torch.tensor([[0, 3, 1], [2, 2, -1]]),
        "deprel": torch.tensor([[4, -1, 1], [-1, 2, -1]]),
    }
    p_BTL = torch.softmax(torch.randn(2, 3, 4), -1) * (targets["upos"] >= 0)[:, :, None]
    both = taught_loss(logits, targets, {"upos": p_BTL}, 0.6).total
    upos = taught_loss({"upos": logits["upos"]}, targets, {"upos": p_BTL}, 0.6).total
    deprel = torch.nn.functional.cross_entropy(
        logits["deprel"].flatten(0, 1), targets["deprel"].flatten(), ignore_index=-1, reduction="sum"
    )
    torch.testing.assert_close(both, upos + deprel)


def test_the_pupil_comes_to_agree_with_its_teacher(teachers):
    found = lesson(teachers[:1], copies=0)
    # The teacher's labels of a word need not occur together in the treebank.
    pupil = tiny("birnn", hidden=16, joint_labels=False)
    task = TaggingTrainable(
        pupil, found.sentences, [], ["upos", "xpos", "feats"], found.soft, teacher_weight=1.0
    )
    optimizer = torch.optim.Adam(pupil.parameters(), lr=0.02)
    everything = list(range(len(TREEBANK)))
    for _ in range(150):
        optimizer.zero_grad()
        task.loss(task.collate(everything, 1)).mean.backward()
        optimizer.step()
    said = TaggerRunner(pupil).predict(TREEBANK)
    names = pupil.facts.labels["upos"]
    taught = [[names[i] for i in soft["upos"].argmax(-1).tolist()] for soft in found.soft]
    pairs = [pair for a, b in zip(taught, said, strict=True) for pair in zip(a, b["upos"], strict=True)]
    assert sum(a == b for a, b in pairs) >= 0.95 * len(pairs)


def test_a_teacher_with_a_crf_is_refused(tmp_path):
    save_model(tmp_path / "crf", "birnn", tiny("birnn", crf="xpos"), "")
    with pytest.raises(SeqkitError, match="no probabilities word by word"):
        lesson([str(tmp_path / "crf")])
