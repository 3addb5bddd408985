"""A tagger with a CRF output layer: its loss, and that it learns."""

from __future__ import annotations

import pytest
import torch
from toy import TREEBANK, tiny

from seqkit.errors import SeqkitError
from seqkit.inference.tagger import TaggerRunner
from seqkit.models.contracts import TaggerOptions
from seqkit.nn.heads import CRFHead
from seqkit.tasks.tagging.options import TaggingOptions
from seqkit.tasks.tagging.task import TaggingTask
from seqkit.tasks.tagging.trainable import TaggingTrainable
from seqkit.training.options import TrainingOptions
from seqkit.training.request import Sources, TrainingRequest

EVERYTHING = list(range(len(TREEBANK)))


def test_the_loss_is_that_of_whole_sentences():
    model = tiny("birnn", labels=("upos",), crf="upos").eval()
    torch.nn.init.normal_(model.heads["upos"].A)
    task = TaggingTrainable(model, TREEBANK, [], list(model.facts.labels))
    loss = task.loss(task.collate(EVERYTHING, 1))
    alone = 0.0
    for sentence in TREEBANK:
        batch = model.collate([sentence])
        real_BT = torch.ones_like(batch.index_BT, dtype=torch.bool)
        alone += model.heads["upos"].nll(model(batch)["upos"], batch.targets["upos"], real_BT).item()
    assert loss.counts.nll.item() == pytest.approx(alone, rel=1e-5)
    assert loss.mean.item() == pytest.approx(alone / loss.counts.steps.item(), rel=1e-5)


def test_it_learns_together_with_softmaxes_of_other_kinds():
    model = tiny("birnn", crf="upos")
    assert [isinstance(head, CRFHead) for head in model.heads.values()] == [True, False, False]
    task = TaggingTrainable(model, TREEBANK, TREEBANK, list(model.facts.labels))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(80):
        optimizer.zero_grad()
        task.loss(task.collate(EVERYTHING, 1), 0.1).mean.backward()
        optimizer.step()
    scores = {metric.name: metric.value for metric in task.score()}
    assert 0 < scores.pop("loss") < 1
    assert scores == {"upos": 1.0, "xpos": 1.0, "feats": 1.0}
    ranked = TaggerRunner(model).predict_top(TREEBANK[:1], 2)[0]["upos"][0]
    assert ranked[0][0] == "DET" and ranked[0][1] > ranked[1][1]


def test_an_unknown_kind_is_refused():
    with pytest.raises(SeqkitError, match="option crf='uposs'"):
        tiny("birnn", crf="uposs")


@pytest.mark.parametrize(
    ("teacher", "crf", "named"), [(("other",), "none", "--teacher"), ((), "upos", "crf=upos")]
)
def test_another_objective_does_not_leave_out_teachers_or_a_crf_silently(teacher, crf, named):
    request = TrainingRequest(
        Sources("lstm", corpus="sample-english"),
        TaggingOptions(teacher=teacher),
        TaggerOptions(crf=crf),
        TrainingOptions(objective="focal"),
        None,
        None,
    )
    with pytest.raises(SeqkitError, match=f"objective=focal: learns nothing from {named}"):
        TaggingTask().prepare(request, None)
