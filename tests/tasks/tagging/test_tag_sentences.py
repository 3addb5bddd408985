"""Tags for streams and texts, from Python."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import seqkit
from seqkit.examples import Sentence
from seqkit.tasks.tagging.apply import CHUNK_WORDS, tag_sentences, tag_text


def test_the_shipped_model_from_python():
    text = "I can't go.  She left!\n"
    first, second = seqkit.tag(text)
    assert first.words == ["I", "ca", "n't", "go", "."]
    assert first.labels["upos"] == ["PRON", "AUX", "PART", "VERB", "PUNCT"]
    assert first.text + second.text == text


def test_a_stream_stays_a_stream_and_its_sentences_stay_as_they_were():
    tagger = seqkit.load("en-tagger")
    sentence = Sentence(["She", "left", "."], {"upos": ["X", "X", "X"]})
    taken = 0

    def endless():
        nonlocal taken
        while True:
            taken += 1
            yield sentence

    tagged = next(iter(tag_sentences(tagger, endless(), ("upos",))))
    assert tagged.labels["upos"] == ["PRON", "VERB", "PUNCT"]
    assert taken <= CHUNK_WORDS
    assert sentence.labels == {"upos": ["X", "X", "X"]}


def test_text_without_words():
    assert list(tag_text(seqkit.load("en-tagger"), " \n\n")) == []


def test_the_shipped_translator_from_python():
    line = "Der Hund schläft im Garten."
    assert seqkit.translate(line) == ["The dog is sleeping in the garden."]
    assert seqkit.translate(["", line], model="de-en", beam=1)[0] == ""
    assert seqkit.translate("") == [""]
    assert seqkit.translate(f"{line}\n{line}\n", beam=1) == seqkit.translate([line, line], beam=1)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: seqkit.tag("Hallo.", model="de-en"), "a model for seq2seq, not for tagging"),
        (lambda: seqkit.translate("Hallo.", model="en-tagger"), "a model for tagging, not for seq2seq"),
        (lambda: seqkit.translate("Hallo.", baem=1), "unknown option 'baem'"),
        (lambda: seqkit.translate(["Hallo.", "\ud800"]), "half a surrogate pair"),
        (lambda: seqkit.tag("Hallo \ud800"), "half a surrogate pair"),
        (lambda: seqkit.load(Path("runs") / "missing"), "no such model folder"),
    ],
)
def test_slips_in_python_are_named(wrong, said):
    with pytest.raises(seqkit.SeqkitError, match=said):
        wrong()


def test_the_first_use_by_several_threads_leaves_standard_output_alone():
    """Plugins' prints are sent elsewhere while they are asked."""
    code = (
        "import sys, seqkit\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from seqkit.extend.manager import registry\n"
        "for _ in range(5):\n"
        "    registry.cache_clear()\n"
        "    with ThreadPoolExecutor(4) as pool:\n"
        "        list(pool.map(lambda _: registry(), range(4)))\n"
        "print(sys.stdout is sys.__stdout__)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
