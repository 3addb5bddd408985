"""Kinds of word label and span schemes. This module registers the built-in kinds through the plugin hook."""

from __future__ import annotations

from collections.abc import Iterable

from seqkit.extend.hookspecs import hookimpl
from seqkit.extend.specs import LabelSpec


@hookimpl
def seqkit_labels() -> Iterable[LabelSpec]:
    """The built-in kinds of label."""
    yield LabelSpec(
        "upos",
        column="UPOS",
        spacy="POS",
        aliases=("pos",),
        always=True,
        unlabelled=True,
        order=0,
        above=True,
        raw_name="UPOS",
        summary="universal part of speech",
    )
    yield LabelSpec(
        "xpos",
        column="XPOS",
        spacy="TAG",
        aliases=("tag",),
        always=True,
        order=10,
        raw_name="XPOS",
        summary="part of speech of the treebank's tag set",
    )
    yield LabelSpec(
        "feats",
        column="FEATS",
        spacy="MORPH",
        always=True,
        order=20,
        view="seqkit.labels.features:universal",
        view_name="ufeats",
        raw_name="UFeats",
        summary="morphological features",
    )
    yield LabelSpec(
        "lemma",
        column="LEMMA",
        spacy="LEMMA",
        learnt=True,
        unlabelled=True,
        codec="seqkit.labels.edit_scripts:SCRIPTS",
        given=("xpos", "upos"),
        raw_name="Lemmas",
        order=25,
        summary="lemma, learnt as an edit script for the word",
    )
    yield LabelSpec(
        "deprel",
        rows="seqkit.labels.relations:relations",
        unlabelled=True,
        order=30,
        summary="dependency relation, with the side of the head",
    )
    yield LabelSpec(
        "ner",
        misc="NER",
        spacy="ENT_IOB",
        aliases=("entity",),
        scheme="BIO",
        absent="O",
        unlabelled=True,
        order=40,
        above=True,
        summary="named entities as spans",
    )
