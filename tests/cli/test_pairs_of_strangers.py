"""A third-party reader of translation memories, and a third-party writer of translations."""

from __future__ import annotations

import json

import pytest

TMX = '''
import xml.etree.ElementTree as ElementTree
from seqkit import FormatSpec, hookimpl
from seqkit.examples import Pair, SourceLocation
from seqkit.io.text_files import opened

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"

def read(path, problems):
    """The units of a TMX file, each with the text of every language in it."""
    with opened(path) as file:
        for number, (_, unit) in enumerate(units(file), start=1):
            sides = {}
            for variant in unit.iter("tuv"):
                segment = variant.find("seg")
                sides[variant.get(LANGUAGE) or variant.get("lang")] = "".join(segment.itertext())
            where = SourceLocation(str(path), number)
            if len(sides) < 2:
                problems.bad(where, "a unit in one language", "Add its translation.")
                continue
            yield Pair(sides, where=where)
            unit.clear()

def units(file):
    for event, element in ElementTree.iterparse(file):
        if element.tag == "tu":
            yield event, element

class Writer:
    """Translations as a TMX file."""

    def __init__(self, file, n_best):
        self.file = file
        self.root = ElementTree.Element("tmx", version="1.4")
        self.body = ElementTree.SubElement(self.root, "body")

    def write(self, line, source, translations):
        unit = ElementTree.SubElement(self.body, "tu")
        for language, text in [("source", source), *(("target", best.text) for best in translations)]:
            variant = ElementTree.SubElement(unit, "tuv", {LANGUAGE: language})
            ElementTree.SubElement(variant, "seg").text = text

    def close(self):
        self.file.write(ElementTree.tostring(self.root))

@hookimpl
def seqkit_formats():
    yield FormatSpec("tmx", (".tmx",), reader="tmx_plugin:read", yields="pairs", translations="tmx_plugin:Writer")
'''
ORDERED = """
from seqkit import FormatSpec, hookimpl
from seqkit.examples import Pair, Sentence

def read(path, problems):
    yield Pair({"text": "one"}, "eins")
    yield {odd}

@hookimpl
def seqkit_formats():
    yield FormatSpec("two", (".two",), reader="two_plugin:read", yields="pairs")
"""
QUICK = [
    part
    for one in ("epochs=1", "hidden=8", "embedding_size=8", "vocab_size=60", "threads=1", "batch_words=200")
    for part in ("--set", one)
]


def unit(**sides):
    parts = (f'<tuv xml:lang="{side}"><seg>{text}</seg></tuv>' for side, text in sides.items())
    return f"<tu>{''.join(parts)}</tu>"


@pytest.fixture
def memory(install_plugin, tmp_path):
    """A translation memory in three languages, and the same pairs as a table."""
    install_plugin("tmx", TMX)
    words = ["one", "two", "three", "four", "five", "six"]
    units = [unit(en=f"the {w} <b>dogs</b>", fr=f"les {w}", **{"de-DE": f"die {w} hunde"}) for w in words * 5]
    path = tmp_path / "memory.tmx"
    path.write_text(f'<?xml version="1.0"?><tmx><body>{"".join(units)}</body></tmx>')
    (tmp_path / "same.tsv").write_text("".join(f"the {w} dogs\tdie {w} hunde\n" for w in words * 5))
    return path


def test_training_on_a_translation_memory_equals_that_on_a_table(seqkit, memory, tmp_path):
    sides = ("--source", "en", "--target", "de")
    for name in ("memory.tmx", "same.tsv"):
        result = seqkit(
            "train", "seq2seq", "--train", tmp_path / name, *sides, "--out", tmp_path / name[:4], *QUICK
        )
        assert result.code == 0, result.err
    weights = [(tmp_path / name / "model.safetensors").read_bytes() for name in ("memo", "same")]
    assert weights[0] == weights[1]
    reports = [
        seqkit("evaluate", tmp_path / "memo", tmp_path / name, "--json")
        for name in ("memory.tmx", "same.tsv")
    ]
    one, other = ({**json.loads(report.out), "source": ""} for report in reports)
    assert one == other
    result = seqkit("translate", "the one dogs", "-m", tmp_path / "memo", "-o", tmp_path / "out.tmx")
    assert result.code == 0
    assert b"<seg>the one dogs</seg>" in (tmp_path / "out.tmx").read_bytes()


def test_its_statistics_and_what_it_lacks(seqkit, memory):
    figures = json.loads(seqkit("corpora", "stats", memory, "--source", "fr", "--target", "en", "--json").out)
    (split,) = figures.values()
    assert split["lines"] == 30 and split["sides"]["fr"]["words"] == 60
    result = seqkit("corpora", "stats", memory, "--source", "en", "--target", "hu")
    assert result.code == 1 and f"{memory}:1: no side 'hu'" in result.err and "de-DE" in result.err
    result = seqkit("corpora", "stats", memory)
    assert result.code and "no side" in result.err


def test_a_file_of_pairs_has_no_words_to_tag(seqkit, memory, tmp_path):
    for command in (("tag", memory), ("corpora", "convert", memory, tmp_path / "x.conllu")):
        result = seqkit(*command)
        assert result.code == 2 and "the format tmx contains pairs, not sentences" in result.err


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        ("Sentence(['a'])", "two_plugin:read yielded a Sentence, not a Pair"),
        ("Pair({'text': 1}, 'x')", "a side that is not a string"),
        ("Pair({'text': 'a', 'image': 'b'}, 'x')", "2 sources with one target"),
        ("Pair({'en': 'a'})", "no side"),
    ],
)
def test_records_of_such_a_reader_are_checked(seqkit, install_plugin, tmp_path, odd, said):
    install_plugin("two", ORDERED.replace("{odd}", odd))
    path = tmp_path / "x.two"
    path.touch()
    result = seqkit("corpora", "stats", path)
    assert result.code == 1 and f"{path}:2: " in result.err and said in result.err
    result = seqkit("corpora", "stats", path, "--skip-bad", "--json")
    (split,) = json.loads(result.out).values()
    assert split["lines"] == 1 and [side["characters"] for side in split["sides"].values()] == [3, 4]


def test_a_format_of_translations_is_offered_by_name(seqkit, memory):
    result = seqkit("translate", "--format", "conllu", "x")
    assert result.code == 2 and "--format conllu: no such format" in result.err and "tmx" in result.err
    result = seqkit("translate", "--format", "tmx", "--scores", "x")
    assert result.code == 2 and "the format tmx has no place for scores" in result.err
