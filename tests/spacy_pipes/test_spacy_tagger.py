"""The component `seqkit_tagger` in spaCy: labels, storage, errors, processes, training of other components."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
import spacy
from spacy.tokens import Doc, DocBin
from spacy.training import Example

import seqkit
from seqkit.data.catalogue import read_sentences
from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors

TEXTS = ["She left Berlin. \n\n He stays.", "", "  ", "Don't go!", "Mr. Smith said it."] * 3


@pytest.fixture
def nlp():
    made = spacy.blank("en")
    made.add_pipe("seqkit_tagger", config={"model": "en-tagger"})
    return made


def labels_of(doc):
    return [(token.text, token.pos_, token.tag_, str(token.morph)) for token in doc]


def test_labels_are_those_of_the_tagger_and_tokens_stay(nlp):
    sentences = list(read_sentences("sample-english", "dev", RecordErrors()))
    tagger = seqkit.load("en-tagger")
    predicted = tagger.predict(sentences)
    for sentence, labels in zip(sentences, predicted, strict=True):
        starts = [index == 0 for index in range(len(sentence.words))]
        doc = nlp(Doc(nlp.vocab, sentence.words, [bool(s) for s in sentence.spaces], sent_starts=starts))
        assert [token.text for token in doc] == sentence.words
        assert [token.pos_ for token in doc] == labels["upos"]
        assert [token.tag_ for token in doc] == labels["xpos"]
        assert [set(str(token.morph).split("|")) for token in doc] == [
            set() | set(feats.replace("_", "").split("|")) if feats == "_" else set(feats.split("|"))
            for feats in labels["feats"]
        ]


def test_sentences_are_found_by_rules_and_not_set_on_the_doc(nlp):
    doc = nlp("She left. He stays.")
    assert not doc.has_annotation("SENT_START")
    apart = [labels_of(nlp(text)) for text in ("She left.", "He stays.")]
    assert labels_of(doc) == apart[0] + apart[1]


def test_pipe_equals_single_calls(nlp):
    found = [labels_of(doc) for doc in nlp.pipe(TEXTS, batch_size=4)]
    assert found == [labels_of(nlp(text)) for text in TEXTS]


def test_probabilities_are_in_user_data_and_survive_docbin():
    nlp = spacy.blank("en")
    nlp.add_pipe(
        "seqkit_tagger", config={"model": "en-tagger", "label": "upos", "probabilities": True, "top": 2}
    )
    doc = nlp("She left. \n He stays.")
    (again,) = DocBin(store_user_data=True, docs=[doc]).get_docs(nlp.vocab)
    found = again.user_data["seqkit"]["upos"]
    assert len(found) == len(doc) and next(iter(found[0])) == "PRON" and len(found[0]) == 2
    assert found[3] == {} and doc[3].is_space
    ranked = seqkit.load("en-tagger").tag("She left.", top=2)[0].ranked["upos"]
    assert [list(one) for one in found[:3]] == [[label for label, _ in word] for word in ranked]
    assert found[0]["PRON"] == pytest.approx(ranked[0][0][1], abs=1e-5)
    assert not doc[0].tag_ and not str(doc[0].morph), "only upos was asked for"


def test_it_joins_another_pipeline(tiny_pipeline):
    nlp = spacy.load(tiny_pipeline)
    before = [token.text for token in nlp("She left.")]
    nlp.add_pipe("seqkit_tagger", config={"model": "en-tagger"}, last=True)
    doc = nlp("She left.")
    assert [token.text for token in doc] == before and doc[1].tag_ == "VBD"


def test_storing_needs_nothing_else(nlp, tmp_path, monkeypatch):
    folder = tmp_path / "model"
    tagger = seqkit.train(
        "rnn",
        corpus="sample-english",
        out=folder,
        epochs=1,
        hidden=6,
        word_size=6,
        char_size=0,
        piece_size=0,
        affix_size=0,
        threads=1,
        label="upos",
    )
    made = spacy.blank("en")
    made.add_pipe("seqkit_tagger", config={"model": str(folder)})
    expected = labels_of(made("She left Berlin."))
    made.to_disk(tmp_path / "pipeline")
    data = made.to_bytes()
    folder.rename(tmp_path / "gone")
    again = spacy.load(tmp_path / "pipeline")
    (tmp_path / "pipeline").rename(tmp_path / "gone too")
    from_bytes = spacy.blank("en")
    from_bytes.add_pipe("seqkit_tagger", config={"model": str(folder)})
    from_bytes.from_bytes(data)
    for one in (again, from_bytes):
        assert labels_of(one("She left Berlin.")) == expected
        one.to_disk(tmp_path / "copy")
        assert labels_of(spacy.load(tmp_path / "copy")("She left Berlin.")) == expected
    assert list(tagger.info.config["needs"])


def test_the_name_alone_can_be_stored(nlp, tmp_path):
    nlp.get_pipe("seqkit_tagger").to_disk(tmp_path / "part", exclude=["model"])
    assert [path.name for path in (tmp_path / "part").rglob("*")] == ["seqkit.json"]
    assert nlp.get_pipe("seqkit_tagger").from_disk(tmp_path / "part")(nlp.make_doc("left"))[0].pos_


def test_a_stored_file_that_leads_out_of_its_folder_is_refused(nlp):
    import srsly

    data = srsly.msgpack_dumps({"model": "x", "files": {"../evil": b"x"}})
    with pytest.raises(SeqkitError, match=r"contains a file '\.\./evil', which leads out of its folder"):
        nlp.get_pipe("seqkit_tagger").from_bytes(data)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"model": "en-taggr"}, "Did you mean 'en-tagger'"),
        ({"model": "runs/none"}, "no such model folder"),
        ({"model": "de-en"}, "seq2seq offers no place in spaCy"),
        ({"model": "en-tagger", "label": "upso"}, "--label upso: the model does not give it"),
        ({"model": "en-tagger", "inference_dtype": "float3"}, "no such number format"),
    ],
)
def test_a_wrong_config_is_an_error_with_its_fix(config, said):
    nlp = spacy.blank("en")
    nlp.add_pipe("seqkit_tagger", config=config)
    with pytest.raises(SeqkitError) as caught:
        nlp("She left.")
    assert said in str(caught.value)


def test_a_missing_model_is_no_error_of_each_document(nlp):
    made = spacy.blank("en")
    made.add_pipe("seqkit_tagger", config={"model": "runs/none"})
    with pytest.raises(SeqkitError, match="no such model folder"):
        list(made.pipe(["a", "b"]))


@pytest.fixture
def faulty(nlp, monkeypatch):
    """The pipeline; the model cannot take a document with the word `bomb`."""
    tagger = nlp.get_pipe("seqkit_tagger")
    task = tagger._loaded_model().task
    apply = task.apply

    def failing(model, chunk, request):
        if any("bomb" in item.words for item in chunk.items):
            raise RuntimeError("too hot")
        return apply(model, chunk, request)

    monkeypatch.setattr(task, "apply", failing, raising=False)
    return nlp


def test_an_error_costs_one_document_its_labels(faulty):
    with pytest.warns(UserWarning, match="a Doc is left without labels: too hot"):
        docs = list(faulty.pipe(["She left.", "a bomb", "He stays."] * 2))
    assert [bool(doc[0].pos_) for doc in docs] == [True, False, True] * 2


def test_the_error_handler_of_the_pipeline_decides(faulty):
    seen = []
    faulty.set_error_handler(lambda name, proc, docs, error: seen.append((name, docs[0].text, str(error))))
    docs = list(faulty.pipe(["She left.", "a bomb", "He stays."]))
    assert [doc.text for doc in docs] == ["She left.", "He stays."]
    assert seen == [("seqkit_tagger", "a bomb", "too hot")]
    faulty.set_error_handler(spacy.util.raise_error)
    with pytest.raises(RuntimeError, match="too hot"):
        list(faulty.pipe(["a bomb"]))


def test_evaluation_scores_what_it_sets(nlp):
    examples, right, count = [], 0, 0
    for sentence in read_sentences("sample-english", "dev", RecordErrors()):
        spaces = [bool(space) for space in sentence.spaces]
        gold = Doc(
            nlp.vocab, sentence.words, spaces, pos=sentence.labels["upos"], tags=sentence.labels["xpos"]
        )
        examples.append(Example(Doc(nlp.vocab, sentence.words, spaces), gold))
        predicted = nlp(Doc(nlp.vocab, sentence.words, spaces))
        right += sum(a.pos_ == b for a, b in zip(predicted, sentence.labels["upos"], strict=True))
        count += len(sentence.words)
    scores = nlp.evaluate(examples)
    assert scores["pos_acc"] == pytest.approx(right / count) and scores["tag_acc"] > 0.8


PROCESSES = """
import multiprocessing, sys, spacy
if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "seqkit_segmenter", "model": "en-tagger"}}})
    nlp.add_pipe("seqkit_tagger", config={"model": "en-tagger"})
    texts = ["She left Berlin. He stays.", "", "Don't go!"] * 20
    expected = [[(t.text, t.pos_) for t in doc] for doc in nlp.pipe(texts)]
    assert expected[0][0] == ("She", "PRON")
    for run in range(int(sys.argv[2])):
        docs = list(nlp.pipe(texts, n_process=2, batch_size=7))
        assert [[(t.text, t.pos_) for t in doc] for doc in docs] == expected
    print("equal")
"""


@pytest.mark.slow
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_two_processes_give_what_one_gives_five_times(tmp_path, method):
    script = tmp_path / "script.py"
    script.write_text(PROCESSES)
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, script, method, "5"],
        capture_output=True,
        text=True,
        timeout=900,
        env=environment,
        check=False,
    )
    assert done.stdout.strip() == "equal", done.stderr


def test_two_forked_processes_after_the_parent_has_tagged(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(PROCESSES)
    done = subprocess.run(
        [sys.executable, script, "fork", "1"], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout.strip() == "equal", done.stderr


CONFIG = """
[paths]
train = null
dev = null
[nlp]
lang = "en"
pipeline = ["seqkit_tagger", "morphologizer"]
[components]
[components.seqkit_tagger]
factory = "seqkit_tagger"
model = "en-tagger"
[components.morphologizer]
factory = "morphologizer"
[corpora]
[corpora.train]
@readers = "spacy.Corpus.v1"
path = ${paths.train}
[corpora.dev]
@readers = "spacy.Corpus.v1"
path = ${paths.dev}
[training]
frozen_components = ["seqkit_tagger"]
annotating_components = ["seqkit_tagger"]
max_epochs = 1
max_steps = 4
eval_frequency = 2
"""


@pytest.mark.slow
def test_spacy_trains_other_components_with_it_frozen_and_evaluates_it(tmp_path, seqkit):
    for split in ("train", "dev"):
        bin = DocBin()
        vocab = spacy.blank("en").vocab
        for sentence in read_sentences("sample-english", split, RecordErrors()):
            spaces = [bool(space) for space in sentence.spaces]
            bin.add(
                Doc(vocab, sentence.words, spaces, pos=sentence.labels["upos"], tags=sentence.labels["xpos"])
            )
        bin.to_disk(tmp_path / f"{split}.spacy")
    (tmp_path / "base.cfg").write_text(CONFIG)
    run = lambda *words: subprocess.run(  # noqa: E731
        [sys.executable, "-m", "spacy", *map(str, words)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    filled = run("init", "fill-config", "base.cfg", "config.cfg")
    assert filled.returncode == 0, filled.stdout + filled.stderr
    trained = run(
        "train", "config.cfg", "-o", "out", "--paths.train", "train.spacy", "--paths.dev", "dev.spacy"
    )
    assert trained.returncode == 0, trained.stdout + trained.stderr
    assert (tmp_path / "out" / "model-last" / "seqkit_tagger" / "model" / "MANIFEST.json").is_file()
    evaluated = run("evaluate", "out/model-last", "dev.spacy", "-o", "scores.json")
    assert evaluated.returncode == 0, evaluated.stdout + evaluated.stderr
    scores = json.loads((tmp_path / "scores.json").read_text())
    assert scores["tag_acc"] > 0.8 and "pos_acc" in scores


def test_spacy_loads_no_torch_for_seqkit_before_a_pipe_runs(tmp_path):
    code = (
        "import sys\n"
        "sys.modules['torch'] = None\n"  # thinc, on which spaCy is built, would import it
        "import spacy\n"
        "del sys.modules['torch']\n"
        "nlp = spacy.blank('en')\n"
        "nlp.add_pipe('seqkit_tagger', config={'model': 'en-tagger'})\n"
        "nlp.add_pipe('seqkit_segmenter', config={'model': 'en-tagger'})\n"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.stdout.strip() == "False", done.stderr
