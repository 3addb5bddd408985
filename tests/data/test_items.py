"""Pairs of any modality: from made corpora, and from tables whose cells name files."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import toy_media
from fake_media import make_mnist

from seqkit.data.catalogue import find_corpus, made_items
from seqkit.data.item_statistics import measure_items, parts_of
from seqkit.data.items import read_media_pairs, reads_items
from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors
from seqkit.media import Limits

CODE = Path(toy_media.__file__).read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path, install_plugin):
    """Two files of vectors, with the plugin that reads them."""
    install_plugin("toy", CODE)
    toy_media.save_dots(tmp_path, "one", [0, 1])
    (tmp_path / "deep").mkdir()
    toy_media.save_dots(tmp_path / "deep", "two", [2])
    return tmp_path


def table(folder, text, name="t.tsv"):
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def read(data, encoders=("dots",), decoder="text", problems=None, limits=None):
    found = read_media_pairs(data, "", encoders, decoder, problems or RecordErrors(), limits or Limits())
    return [
        (
            {name: np.asarray(value).tolist() for name, value in pair.sources.items()},
            pair.target,
            pair.where.line,
        )
        for pair in found
    ]


ONE, TWO = [[1, 0, 0], [0, 1, 0]], [[0, 0, 1]]


@pytest.mark.parametrize("header", ["dots\ttarget", "source\ttarget", "dots\ttext", "path\ttext"])
def test_columns_are_named_by_modality_or_generally(folder, header):
    data = table(folder, f"{header}\none.npy\tab\ndeep/two.npy\tc\n")
    assert read(data) == [({"dots": ONE}, "ab", 2), ({"dots": TWO}, "c", 3)]


@pytest.mark.parametrize("blank", ["\n", "\r\n", " \n\n"])
def test_blank_lines_at_the_start_are_skipped(folder, blank):
    data = table(folder, f"{blank}dots\ttarget\none.npy\tab\n")
    assert read(data) == [({"dots": ONE}, "ab", 2 + blank.count("\n"))]


def test_a_path_is_no_name_of_a_column_of_text_or_of_several(folder):
    with pytest.raises(SeqkitError, match="no column 'text' or 'source'\n"):
        read(table(folder, "path\tdots\nab\tone.npy\n"), ("text",), "dots")
    with pytest.raises(SeqkitError, match="no column 'dots'"):
        read(table(folder, "path\ttext\ttarget\none.npy\tleft\ta\n"), ("dots", "text"))


def test_columns_may_be_in_any_order_among_others(folder):
    data = table(folder, "who\ttarget\tdots\nme\tab\tone.npy\n")
    assert read(data) == [({"dots": ONE}, "ab", 2)]


def test_objects_hold_the_same(folder):
    rows = [{"dots": "one.npy", "target": "ab"}, {"dots": str(folder / "deep" / "two.npy"), "target": "c"}]
    data = table(folder, "".join(json.dumps(row) + "\n" for row in rows), "t.jsonl")
    assert read(data) == [({"dots": ONE}, "ab", 1), ({"dots": TWO}, "c", 2)]


def test_several_inputs_and_a_target_in_a_file(folder):
    data = table(folder, "dots\ttext\ttarget\none.npy\tleft\ta\n")
    assert read(data, ("dots", "text")) == [({"dots": ONE, "text": "left"}, "a", 2)]
    data = table(folder, "text\tdots\nab\tone.npy\n")
    ((sources, target, _),) = read(data, ("text",), "dots")
    assert sources == {"text": "ab"} and target.tolist() == ONE


def test_paths_are_relative_to_the_table_not_to_the_current_folder(folder, monkeypatch, tmp_path_factory):
    data = table(folder / "deep", "dots\ttarget\ntwo.npy\tc\n")
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert read(data) == [({"dots": TWO}, "c", 2)]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("gone.npy\tab", r"t\.tsv:3: column 'dots': .*gone\.npy: no such file"),
        ("bad.npy\tab", r"t\.tsv:3: column 'dots': .*bad\.npy: is not an array"),
        ("\tab", r"t\.tsv:3: column 'dots' is empty"),
        ("one.npy\t ", r"t\.tsv:3: column 'target' is empty"),
        ("one.npy", r"t\.tsv:3: 1 column\(s\) instead of 2"),
    ],
)
def test_a_bad_row_is_refused_with_file_row_and_reason_or_counted(folder, row, said):
    (folder / "bad.npy").write_bytes(b"nothing of the kind")
    data = table(folder, f"dots\ttarget\none.npy\tab\n{row}\ndeep/two.npy\tc\n")
    with pytest.raises(SeqkitError, match=said):
        read(data)
    problems = RecordErrors(skip=True)
    assert [target for _, target, _ in read(data, problems=problems)] == ["ab", "c"]
    assert problems.skipped == 1


def test_a_path_that_the_system_refuses_is_a_bad_row(folder, monkeypatch):
    data = table(folder, f"dots\ttarget\n{'x' * 300}.npy\tab\nclosed.npy\tab\ndeep/two.npy\tc\n")
    with pytest.raises(SeqkitError, match=r"t\.tsv:2: column 'dots': .*xxx\.npy: cannot be read \(File name"):
        read(data)
    (folder / "closed.npy").write_bytes(b"")
    opened = np.load

    def refuse(path, **given):
        if str(path).endswith("closed.npy"):
            raise PermissionError(13, "Permission denied", path)
        return opened(path, **given)

    monkeypatch.setattr(np, "load", refuse)
    problems = RecordErrors(skip=True)
    assert [target for _, target, _ in read(data, problems=problems)] == ["c"]
    assert problems.skipped == 2 and "closed.npy: cannot be read (Permission denied)" in problems.first[1]


def test_limits_reach_the_reader(folder):
    data = table(folder, "dots\ttarget\none.npy\tab\n")
    with pytest.raises(SeqkitError, match=r"t\.tsv:2: .* has 2 rows, more than 1"):
        read(data, limits=Limits(frames=1))


@pytest.mark.parametrize(
    ("text", "encoders", "decoder", "said"),
    [
        ("one.npy\tab\n", ("dots",), "text", "no column 'dots' or 'source'"),
        ("dots\tabc\none.npy\tab\n", ("dots",), "text", "no column 'target' or 'text'"),
        ("dots\ttext\none.npy\tab\n", ("dots", "text"), "text", "no column 'target'"),
        ("source\ttarget\none.npy\tab\n", ("dots", "text"), "text", "no column 'dots'"),
        ("", ("dots",), "text", "no column"),
    ],
)
def test_a_missing_column_is_named(folder, text, encoders, decoder, said):
    with pytest.raises(SeqkitError, match=said):
        read(table(folder, text), encoders, decoder)


def test_a_missing_library_is_not_a_bad_row(folder, install_plugin):
    data = table(folder, "lost\ttarget\none.npy\tab\n")
    install_plugin(
        "lost",
        "from seqkit import EncoderSpec, SeqkitError, hookimpl\n\n"
        "@hookimpl\ndef seqkit_encoders():\n"
        "    yield EncoderSpec('lost', 'lost_plugin:A', 'lost_plugin:B', reader='lost_plugin:read')\n\n"
        "def read(path, limits):\n"
        "    try:\n        import no_such_library\n"
        "    except ImportError:\n        raise SeqkitError('needs it', 'pip install \"seqkit[lost]\"') from None\n",
    )
    with pytest.raises(SeqkitError, match="needs it") as caught:
        read(data, ("lost",), problems=RecordErrors(skip=True))
    assert "seqkit[lost]" in caught.value.fix


def test_statistics_of_items(folder):
    assert reads_items("moving-digits", ["text"], "text")
    assert reads_items("t.tsv", ["dots"], "text")
    assert reads_items("t.tsv", ["text"], "dots")
    assert not reads_items("t.tsv", ["text"], "text")
    assert not reads_items("multi30k", ["text"], "text")


@pytest.mark.parametrize(
    ("data", "encoders", "decoder", "said"),
    [
        ("multi30k", ("dots",), "text", "is a corpus of text, not of items"),
        ("a.en,a.de", ("dots",), "text", "is not a table"),
        ("./x.wav", ("dots",), "text", "is not a table"),
    ],
)
def test_data_that_does_not_fit_is_refused(folder, data, encoders, decoder, said):
    with pytest.raises(SeqkitError, match=said):
        read(data, encoders, decoder)


def test_a_corpus_without_a_modality_names_those_it_has(folder, monkeypatch):
    make_mnist(folder / "mnist")
    monkeypatch.setenv("SEQKIT_CORPORA_DIR", str(folder))
    pairs = read_media_pairs("digit-questions", "dev", ["image", "text"], "text", RecordErrors(), Limits())
    first = next(pairs)
    assert set(first.sources) == {"image", "text"} and first.target.isalpha()
    with pytest.raises(SeqkitError, match="digit-questions: has no 'audio' to read") as caught:
        next(read_media_pairs("digit-questions", "dev", ["audio"], "text", RecordErrors(), Limits()))
    assert "image, text" in caught.value.fix
    with pytest.raises(SeqkitError, match="has no 'video' to write"):
        next(read_media_pairs("digit-questions", "dev", ["image"], "video", RecordErrors(), Limits()))


def test_figures_of_a_table_equal_a_count_by_hand(folder):
    data = table(folder, "dots\ttarget\none.npy\ta b\ndeep/two.npy\ta b\n")
    found = measure_items(data, ["dots"], "text", RecordErrors(), Limits())["file"].as_dict()
    assert found == {
        "examples": 2,
        "modalities": {
            "dots": {"unit": "rows", "total": 3, "longest": 2, "distinct": 0},
            "target": {"unit": "words", "total": 4, "longest": 2, "distinct": 1},
        },
    }


def test_figures_of_a_made_corpus_keep_question_and_answer_apart(folder, monkeypatch):
    make_mnist(folder / "mnist")
    monkeypatch.setenv("SEQKIT_CORPORA_DIR", str(folder))
    spec = find_corpus("mnist")
    found = {
        split: row.as_dict()
        for split, row in measure_items("mnist", [], "text", RecordErrors(), Limits()).items()
    }
    assert list(found) == list(spec.splits)
    assert found["dev"]["modalities"]["image"] == {
        "unit": "columns",
        "total": 1400,
        "longest": 28,
        "distinct": 0,
    }
    assert found["dev"]["modalities"]["text"]["distinct"] == 10
    (example,) = [parts_of(item) for item in islice(made_items(find_corpus("digit-questions"), "dev"), 1)]
    assert list(example) == ["image", "text", "text, written"]
    (example,) = [parts_of(item) for item in islice(made_items(find_corpus("moving-digits"), "dev"), 1)]
    assert list(example) == ["video", "text"]
