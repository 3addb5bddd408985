"""`seqkit inspect` on models of every task and recurrence: identities, and bad input."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from toy import TREEBANK, tagging_models, tiny

from seqkit.errors import SeqkitError
from seqkit.examples import RawText, SourceLocation
from seqkit.inspection.attribution import COMPLETE, attributions
from seqkit.inspection.inspect import InspectOptions, inspect_subject
from seqkit.inspection.report import data_of, tables_of
from seqkit.tasks.inspecting import LONGEST, InspectionRequest, check_inspectable
from seqkit.tasks.segmenting import load_segmenter, own_segmenter
from seqkit.tasks.seq2seq.inspecting import seq2seq_subject
from seqkit.tasks.tagging.inspecting import TaggingSubject

REQUEST = InspectionRequest("toy", source="toy")
MINGRU = Path(__file__).parents[2] / "docs" / "examples" / "seqkit-mingru"


def found_of(model, sentences=TREEBANK, **options):
    return inspect_subject("tagging", TaggingSubject(model, sentences), REQUEST, InspectOptions(**options))


@pytest.mark.parametrize("name", tagging_models())
def test_every_registered_tagger_is_inspected_whole(name):
    found = found_of(tiny(name).eval())
    assert json.loads(json.dumps(data_of(found), allow_nan=False))["layers"]
    assert {"Recurrent layers", "Matrices"} <= {table.title.partition(" (")[0] for table in tables_of(found)}
    for one in found.chains:
        assert one.lyapunov is not None and one.prediction is not None
        assert one.curves["z"].points or one.curves["c"].points
    for one in found.attributions:
        assert sum(one.parts) == pytest.approx(one.difference, abs=COMPLETE * abs(one.difference))
    assert sum(cost.bytes for cost in found.costs) > 0


def test_a_third_party_layer_is_inspected_without_a_change(monkeypatch):
    monkeypatch.syspath_prepend(MINGRU)
    from seqkit_mingru.layer import MinGRU

    model = tiny("rnn").eval()
    chain = model.network.layers[0]
    torch.manual_seed(1)
    chain.forward_chain = MinGRU(chain.forward_chain.input_size, chain.forward_chain.hidden_size)
    (one,) = found_of(model).chains
    assert one.prediction.gate == "1 - sigmoid 1 (state path)"
    # Without a matrix on the way every path leads through the gate alone: its product bounds the gradient's decay.
    assert one.lyapunov.largest < 0


def triangle(norms, above):
    return [row[s] for t, row in enumerate(norms) for s in range(len(row)) if (s > t if above else s < t)]


def test_two_chains_see_two_triangles_that_never_meet():
    found = found_of(tiny("birnn").eval())
    forward, backward = found.influences
    assert set(triangle(forward.norms_TS, above=True)) == {0.0}
    assert set(triangle(backward.norms_TS, above=False)) == {0.0}
    assert all(triangle(forward.norms_TS, above=False)) and all(triangle(backward.norms_TS, above=True))


def test_the_picture_has_the_exact_derivatives():
    model = tiny("rnn").eval()
    found = found_of(model).influences[0]
    assert found.exact
    sentence = next(s for s in TREEBANK if list(s.words) == found.columns)
    batch = model.collate([sentence])
    x_TD = model.embedding(batch.table)[batch.index_BT[0]].detach()
    J_THSD = torch.func.jacrev(lambda x: model.network(x[None])[0])(x_TD)
    expected = J_THSD.square().sum((1, 3)).sqrt()
    assert np.allclose(found.norms_TS, expected.detach().numpy(), atol=1e-6)


def test_a_contrast_explains_the_difference_of_two_labels():
    model = tiny("lstm").eval()
    label = model.facts.labels["upos"][0]
    found = found_of(model, contrast=label)
    assert {one.against for one in found.attributions} <= {label, ""}
    assert all(one.against == label for one in found.attributions if one.label != label)
    with pytest.raises(SeqkitError, match="--contrast NOUNS: the model has no such label"):
        found_of(tiny("lstm").eval(), contrast="NOUNS")


def test_one_layer_can_be_chosen_and_a_missing_one_is_named():
    found = found_of(tiny("deeprnn").eval(), layer="layers.1")
    assert [one.chain.name for one in found.chains] == ["network.layers.1.forward_chain"]
    with pytest.raises(SeqkitError, match=r"no recurrent layer .layers\.7"):
        found_of(tiny("rnn").eval(), layer="layers.7")


class Sized(TaggingSubject):
    """A subject of one example of so many steps."""

    def __init__(self, steps):
        self.count = steps

    def __len__(self):
        return 1 if self.count else 0

    def steps(self, index):
        return (self.count, self.count)


def test_empty_and_too_long_examples_are_refused():
    with pytest.raises(SeqkitError, match=r"book\.txt: holds no example to inspect"):
        check_inspectable(Sized(0), "book.txt")
    check_inspectable(Sized(LONGEST), "book.txt")
    with pytest.raises(SeqkitError, match="example 1 has 10,001 steps"):
        check_inspectable(Sized(LONGEST + 1), "book.txt")


def test_a_long_text_is_refused_before_it_is_translated(monkeypatch):
    request = InspectionRequest("de-en", text="Hund " * (LONGEST + 1))
    monkeypatch.setattr("seqkit.tasks.seq2seq.inspecting.generate", None)
    with pytest.raises(SeqkitError, match=r"--text: example 1 has 10,\d+ steps"):
        seq2seq_subject(request)


def test_a_text_is_split_by_the_model_s_segmenter(seqkit):
    text = "I'll be there at 5 p.m. Don't wait"
    done = seqkit("inspect", "en-tagger", "--text", text, "--json")
    segmenter = load_segmenter(str(own_segmenter("en-tagger")))
    words = [
        word for one in segmenter.sentences([RawText(text, SourceLocation("a", 1))]) for word in one.words
    ]
    assert json.loads(done.out)["attribution"]["inputs"] == words


def test_a_translation_is_explained_with_its_attention(seqkit):
    done = seqkit("inspect", "en-de", "--text", "The dog sleeps.", "--target", "Der Hund schläft.", "--json")
    assert done.code == 0
    found = json.loads(done.out)
    outputs = found["attribution"]["outputs"]
    assert [one["label"] for one in outputs] == ["▁Der", "▁Hund", "▁schläft", ".", "</s>"]
    for one in outputs:
        assert sum(one["parts"]) == pytest.approx(one["difference"], rel=COMPLETE)
        assert len(one["parts"]) == len(found["attribution"]["inputs"])
    assert np.allclose(np.sum(found["attention"], axis=1), 1, atol=1e-4)
    assert len(found["attention"][0]) == len(found["attribution"]["inputs"])


def test_a_model_that_reads_vectors_is_inspected_in_float64(seqkit, tmp_path):
    out, corpus = tmp_path / "adding", "adding?length=12&examples=40"
    own = ("encoder=frames", "decoder=vector", "hidden=8", "epochs=1")
    settings = [part for one in own for part in ("--set", one)]
    assert seqkit("train", "seq2seq", "--corpus", corpus, "--out", out, *settings).code == 0
    done = seqkit("inspect", out, "--corpus", corpus, "--json")
    assert done.code == 0 and "offers no" in done.err, done.err
    found = json.loads(done.out)
    assert len(found["influence"]) == 3 and len(found["attention"][0]) == 12
    table = seqkit("inspect", out, "--corpus", corpus).out.partition("Gates and activations")[0]
    rows = [line for line in table.splitlines() if "measured" in line]
    assert len(rows) == 4 and all("encoders." in row for row in rows)  # z and c of each direction
    assert seqkit("inspect", out, "--corpus", corpus, "--time-parallel").code == 0


@pytest.mark.parametrize("model", ["en-tagger", "en-de"])
def test_a_text_file_is_one_example(seqkit, model, tmp_path):
    (tmp_path / "a.txt").write_text("The dog\nsleeps.\n")
    found = [
        json.loads(seqkit("inspect", model, "--text", text, "--json").out)["attribution"]["inputs"]
        for text in (tmp_path / "a.txt", "The dog sleeps.")
    ]
    assert found[0] == found[1]


def test_a_file_that_is_no_text_is_refused(seqkit, tmp_path):
    (tmp_path / "a.conllu").write_text("1\ta\t_\t_\t_\t_\t0\t_\t_\t_\n\n")
    (tmp_path / "b.txt").write_bytes(b"caf\xe9\n")
    for name, said in (
        ("a.conllu", "a.conllu: is not running text"),
        ("b.txt", "b.txt:1: "),
        ("none.txt", "none.txt: no such file"),
    ):
        done = seqkit("inspect", "en-tagger", "--text", tmp_path / name)
        assert done.code in (1, 2) and said in done.err and done.out == ""


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("en-tagger",), "expected one of --corpus and --text"),
        (("en-tagger", "--corpus", "sample-english", "--text", "a"), "expected one of --corpus and --text"),
        (("en-tagger", "--corpus", "sample-english", "--target", "a"), "--target: is for --text"),
        (("en-tagger", "--text", "  "), "--text: holds no example to inspect"),
        (("en-tagger", "--text", "Time flies.", "--target", "NOUN"), "--target: 1 label(s) for 3 word(s)"),
        (("en-tagger", "--text", "Time", "--target", "NOUNS"), "the model knows no label 'NOUNS'"),
        (("en-tagger", "--corpus", "sample-englis"), "sample-english"),
        (("en-tagger", "--corpus", "sample-english", "--split", "x"), "has no split 'x'"),
        (("en-tagger", "--text", "a", "--layer", "nine"), "no recurrent layer 'nine'"),
        (("no-such-model", "--text", "a"), "no-such-model"),
        (("en-tagger", "--text", "a", "--html", "no/such/page.html"), "no such folder"),
    ],
)
def test_bad_input_is_named(seqkit, arguments, problem, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = seqkit("inspect", *arguments)
    assert done.code in (1, 2) and problem in done.err
    assert not list(tmp_path.iterdir()) and "\n" not in done.out


def test_empty_corpora_are_named(seqkit, tmp_path):
    (tmp_path / "none.conllu").write_text("")
    done = seqkit("inspect", "en-tagger", "--corpus", tmp_path / "none.conllu")
    assert done.code == 1 and "none.conllu" in done.err


def test_a_language_model_is_inspected():
    from lm_models import encoded, random_lines, untrained
    from seqkit_lm.inspecting import LMSubject

    documents = [random_lines(2, seed) for seed in range(4)]
    model = untrained(documents)
    subject = LMSubject(model, encoded(model, documents))
    found = inspect_subject("lm", subject, REQUEST, InspectOptions())
    assert found.chains[0].prediction.gate == "sigmoid 1 (cell path)"
    assert "lm_models" in sys.modules
    plain = LMSubject(model, encoded(model, documents))
    batch = plain.collate([0, 1])
    from lm_models import trainable

    own = trainable(model, documents, window=1000)
    assert torch.allclose(plain.step_losses(batch), own.step_losses(own.collate([0, 1], 0)), atol=1e-6)


def test_a_saturated_network_has_no_table_of_gradients():
    model = tiny("rnn").eval()
    with torch.no_grad():
        for parameter in model.network.parameters():
            parameter.mul_(1e9)
    found = found_of(model)
    assert not any(table.title.startswith("Gradient over") for table in tables_of(found))
    assert max(one.deviation for one in found.attributions) > COMPLETE


def test_a_long_example_is_measured_but_not_drawn(seqkit):
    done = seqkit("inspect", "en-tagger", "--text", "Dogs sleep. " * 21, "--json")
    found = json.loads(done.out)
    assert "attribution and heat maps are omitted: the example has more than 60 steps" in done.err
    assert found["layers"][0]["lyapunov"] and not found["influence"] and not found["attribution"]["outputs"]


@pytest.mark.parametrize("unit", ["pieces", "characters", "words"])
def test_symbols_of_a_language_model_have_different_names(unit):
    from lm_models import encoded, random_lines, untrained
    from seqkit_lm.inspecting import LMSubject

    documents = [random_lines(2, seed) for seed in range(4)]
    model = untrained(documents, unit=unit)
    subject = LMSubject(model, encoded(model, documents))
    names = subject.names()
    assert len(set(names)) == len(names) == len(model.facts.symbols)
    assert subject.output_names(0) == [names[symbol] for symbol in subject.documents[0]]
    assert " " not in names and subject.output_names(0)[-2:] == ["⏎", "<boundary>"]


def test_the_margin_is_the_difference_of_two_logits():
    subject = TaggingSubject(tiny("rnn").double().eval(), TREEBANK)
    logits_TV, names = subject.scores(subject.collate([0]))[0].tolist(), subject.names()
    for t, one in enumerate(attributions(subject, 0, contrastive=True)):
        label, other = names.index(one.label), names.index(one.against)
        assert one.margin == pytest.approx(logits_TV[t][label] - logits_TV[t][other])
