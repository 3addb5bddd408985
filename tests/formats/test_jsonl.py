"""JSON Lines."""

import json

import pytest
from hypothesis import given
from made_sentences import round_trip, sentences, written

from seqkit.errors import SeqkitError
from seqkit.examples import Multiword, RecordErrors, Sentence
from seqkit.formats import jsonl

BAD = {
    "not JSON": ('{"words": ["a"', "not JSON"),
    "nested without end": ("[" * 100_000, "more than 100 levels"),
    "a list": ('["a"]', "not a JSON object"),
    "text alone": ('{"text": "Time flies."}', "without 'words'"),
    "nothing": ("{}", "without 'words'"),
    "words as a string": ('{"words": "a b"}', "'words' is not a list of strings"),
    "a number for a word": ('{"words": ["a", 1]}', "'words' is not a list of strings"),
    "an empty word": ('{"words": ["a", ""]}', "an empty word"),
    "white space for a word": ('{"words": ["a", "\\u00a0"]}', "an empty word"),
    "too few labels": ('{"words": ["a", "b"], "upos": ["X"]}', "1 upos for 2 words"),
    "too many spaces": ('{"words": ["a"], "spaces": [" ", " "]}', "2 spaces for 1 words"),
    "text for spaces": ('{"words": ["a"], "spaces": ["x"]}', "expected white space, got 'x'"),
    "text before": ('{"words": ["a"], "before": "x"}', "expected white space, got 'x'"),
    "an offset that is none": ('{"words": ["a"], "offset": "3"}', "'offset' is not a number"),
    "a document that is none": ('{"words": ["a"], "document": 3}', "'document' is not a string"),
    "half a character": ('{"words": ["\\ud800"]}', "an unpaired surrogate"),
    "NUL": ('{"words": ["a\\u0000"]}', "a NUL"),
    "a multiword token beyond": (
        '{"words": ["a", "b"], "multiwords": [[1, 2, "ab"]]}',
        "'multiwords' are not",
    ),
    "multiword tokens that overlap": (
        '{"words": ["a", "b", "c"], "multiwords": [[0, 1, "ab"], [1, 2, "bc"]]}',
        "'multiwords' are not",
    ),
    "invalid UTF-8": (b'{"words": ["\xff"]}', "not valid UTF-8"),
}


def read(path, skip=False):
    return list(jsonl.read(path, RecordErrors(skip)))


@given(sentences())
def test_sentences_of_any_shape_come_back_equal(sentence):
    assert round_trip(jsonl, [sentence]) == [sentence]


def test_a_line_as_others_read_it():
    sentence = Sentence(
        ["Zu", "dem", "日本"],
        {"upos": ["ADP", "DET", "PROPN"]},
        spaces=["", " ", "\n"],
        multiwords=[Multiword(0, 1, "Zum")],
        before=" ",
        offset=7,
        document="a.txt",
        silver="xx 1",
    )
    data = written(jsonl, [sentence, Sentence([])])
    assert "日本".encode() in data
    assert [json.loads(line) for line in data.splitlines()] == [
        {
            "text": " Zum 日本\n",
            "words": ["Zu", "dem", "日本"],
            "spaces": ["", " ", "\n"],
            "before": " ",
            "multiwords": [[0, 1, "Zum"]],
            "upos": ["ADP", "DET", "PROPN"],
            "offset": 7,
            "document": "a.txt",
            "silver": "xx 1",
        },
        {"text": "", "words": []},
    ]


def test_words_are_enough(write_file):
    path = write_file(
        "x.jsonl", '\ufeff{"words": ["a", "b"], "mood": "good", "spaces": null}\r\n\n{"words": ["c"]}'
    )
    first, second = read(path)
    assert (first.words, first.labels, first.spaces) == (["a", "b"], {}, None)
    assert (second.words, second.where.line) == (["c"], 3)


@pytest.mark.parametrize("case", BAD)
def test_a_fault_is_reported_with_file_line_and_reason(case, write_file):
    line, reason = BAD[case]
    data = line if isinstance(line, bytes) else line.encode()
    path = write_file("bad.jsonl", b'{"words": ["a"]}\n' + data + b'\n{"words": ["b"]}\n')
    with pytest.raises(SeqkitError) as caught:
        read(path)
    assert caught.value.problem.startswith(f"{path}:2: ") and reason in caught.value.problem
    assert caught.value.fix
    problems = RecordErrors(skip=True)
    assert [sentence.words for sentence in jsonl.read(path, problems)] == [["a"], ["b"]]
    assert problems.skipped == 1


def test_files_of_text_are_refused_with_a_fix(write_file):
    with pytest.raises(SeqkitError) as caught:
        read(write_file("x.jsonl", '{"text": "Time flies."}\n'))
    assert "--text-field text" in caught.value.fix and ".txt" in caught.value.fix
