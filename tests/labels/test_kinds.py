"""Registered kinds of label and their properties."""

import pytest

from seqkit.data.catalogue import read_sentences
from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors, Sentence
from seqkit.extend.manager import registry
from seqkit.labels.kinds import (
    column_kinds,
    in_order,
    is_label,
    kind_named,
    kind_spec,
    kinds_in,
    known_kinds,
    standard_kinds,
)

PLUGIN = """
from seqkit import LabelSpec, hookimpl

@hookimpl
def seqkit_labels():
    yield LabelSpec("chunk", {fields})
"""
BAD = {
    "scheme='XYZ'": "scheme is 'XYZ', not one of BIO, IOB1, BIOES, BILOU",
    "column='MISC'": "column is 'MISC', not one of LEMMA",
    "spacy='ENT'": "spacy is 'ENT', not one of LEMMA, POS",
    "view='os:path'": "a view but no view_name",
    "order='1'": "order is '1', not a int",
}
READER = """
from seqkit import FormatSpec, hookimpl
from seqkit.examples import Sentence

def read(path, problems):
    yield Sentence(["a"], {"a=b": ["X"]})

@hookimpl
def seqkit_formats():
    yield FormatSpec("odd", (".odd",), reader="odd_plugin:read")
"""


def test_the_built_in_kinds_come_in_order():
    assert list(known_kinds()) == ["upos", "xpos", "feats", "lemma", "deprel", "ner"]
    assert standard_kinds() == ("upos", "xpos", "feats")
    assert dict(column_kinds()) == {"upos": "UPOS", "xpos": "XPOS", "feats": "FEATS"}
    assert in_order(["zzz", "ner", "aaa", "upos"]) == ("upos", "ner", "zzz", "aaa")


def test_names_and_aliases_in_any_case():
    assert [kind_named(name) for name in ("POS", "tag", "Ner", "NOUN")] == ["upos", "xpos", "ner", ""]


def test_an_undeclared_kind_is_plain():
    spec = kind_spec("sense")
    assert (spec.name, spec.scheme, spec.absent, spec.unlabelled) == ("sense", "", "_", False)


def test_what_an_underscore_means():
    kinds = ("upos", "ner", "xpos", "feats", "sense")
    assert [is_label(kind, "_") for kind in kinds] == [False, False, True, True, True]
    assert all(is_label(kind, "X") for kind in kinds)


def test_kinds_with_values():
    sentences = [
        Sentence(["a"], {"sense": ["_"], "ner": ["O"], "upos": ["_"]}),
        Sentence(["b"], {"xpos": ["X"]}),
    ]
    assert kinds_in(sentences) == ("xpos",)
    sentences.append(Sentence(["c"], {"sense": ["1"], "ner": ["B-PER"]}))
    assert kinds_in(sentences) == ("xpos", "ner", "sense")


def test_a_plugin_declares_a_kind(install_plugin):
    install_plugin("mine", PLUGIN.format(fields="order=5, aliases=('np',), absent='O', scheme='BIO'"))
    assert registry().failures == []
    assert in_order(["xpos", "chunk", "upos"]) == ("upos", "chunk", "xpos")
    assert kind_named("NP") == "chunk" and kind_spec("chunk").scheme == "BIO"


@pytest.mark.parametrize("fields", BAD)
def test_a_wrong_record_is_reported(fields, install_plugin):
    install_plugin("mine", PLUGIN.format(fields=fields))
    (failure,) = registry().failures
    assert BAD[fields] in failure.reason
    assert "chunk" not in known_kinds()


def test_a_reader_that_yields_a_kind_without_a_fit_name_is_refused(install_plugin, tmp_path):
    install_plugin("odd", READER)
    path = tmp_path / "x.odd"
    path.touch()
    with pytest.raises(SeqkitError, match="'a=b' cannot name a kind of label"):
        list(read_sentences(path, "", RecordErrors()))
