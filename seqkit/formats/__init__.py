"""Readers and writers, one module per format. This module registers the built-in formats through the plugin hook."""

from __future__ import annotations

from collections.abc import Iterable

from seqkit.extend.hookspecs import hookimpl
from seqkit.extend.specs import FormatSpec


@hookimpl
def seqkit_formats() -> Iterable[FormatSpec]:
    """The built-in formats."""
    yield FormatSpec(
        "conllu",
        (".conllu", ".conll"),
        reader="seqkit.formats.conllu.treebank:read",
        writer="seqkit.formats.conllu.treebank:Writer",
        summary="Universal Dependencies treebanks",
        takes_kinds=True,
        cuts="blocks",
        join="seqkit.formats.joining:conllu",
    )
    yield FormatSpec(
        "spacy",
        (".spacy",),
        reader="seqkit.formats.spacy.docbin:read",
        writer="seqkit.formats.spacy.docbin:Writer",
        summary="spaCy DocBin",
        takes_kinds=True,
        pieces=True,
        packs=False,
    )
    yield FormatSpec(
        "jsonl",
        (".jsonl",),
        reader="seqkit.formats.jsonl:read",
        writer="seqkit.formats.jsonl:Writer",
        summary="one JSON object per sentence",
        takes_kinds=True,
        shows=("probabilities", "scores"),
        translations="seqkit.formats.translations:JsonLines",
        cuts="lines",
        join="seqkit.formats.joining:concatenate",
    )
    yield FormatSpec(
        "tsv",
        (".tsv",),
        reader="seqkit.formats.tsv:read",
        writer="seqkit.formats.tsv:Writer",
        summary="one word per line, labels after tabs, an empty line between sentences",
        takes_kinds=True,
        shows=("scores",),
        translations="seqkit.formats.translations:Table",
        cuts="words",
        join="seqkit.formats.joining:tables",
    )
    yield FormatSpec(
        "txt",
        (".txt", ".text", ".md"),
        reader="seqkit.formats.plain:read",
        yields="text",
        summary="running text",
        cuts="text",
        join="seqkit.formats.joining:concatenate",
    )
    yield FormatSpec(
        "html",
        (".html",),
        writer="seqkit.formats.html:Writer",
        summary="a web page: words coloured by UPOS, other labels on hover",
        shows=("probabilities",),
    )
    yield FormatSpec(
        "table",
        (),
        writer="seqkit.formats.table:Writer",
        summary="aligned columns for a terminal",
        shows=("probabilities",),
    )
    yield FormatSpec(
        "text",
        (),
        translations="seqkit.formats.translations:Lines",
        summary="translations as lines of text",
    )
    yield FormatSpec(
        "parquet",
        (".parquet",),
        reader="seqkit.formats.parquet:read",
        writer="seqkit.formats.parquet:Writer",
        summary="columns of lists, one sentence per row (extra: batch)",
        takes_kinds=True,
        shows=("scores",),
        cuts="rows",
        join="seqkit.formats.joining:parquet",
        packs=False,
        translations="seqkit.formats.translations:Rows",
    )
    yield FormatSpec(
        "csv",
        (".csv",),
        summary="a table with a header; --text-field names the column with the text",
        cuts="csv",
        join="seqkit.formats.joining:tables",
    )
