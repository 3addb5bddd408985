"""pos: a sentence a line, `Dogs/NOUN bark/VERB`; and a corpus in it."""

from hashlib import sha256
from pathlib import Path

from seqkit import CorpusFile, CorpusSpec, FormatSpec, hookimpl

EXAMPLE = "Dogs/NOUN bark/VERB\nSleep/VERB !/PUNCT\n"
DATA = Path(__file__).parent / "data"


@hookimpl
def seqkit_formats():
    yield FormatSpec(
        "pos",
        (".pos",),
        reader="seqkit_pos.files:read",
        writer="seqkit_pos.files:Writer",
        example="seqkit_pos:EXAMPLE",
        summary="a sentence a line, words with their parts of speech: Dogs/NOUN",
    )


def file(name):
    """The record of a file of the package."""
    content = (DATA / name).read_bytes()
    return CorpusFile(name, sha256(content).hexdigest(), len(content))


@hookimpl
def seqkit_corpora():
    yield CorpusSpec(
        "few-dogs",
        language="en",
        licence="CC0-1.0",
        source="written for this package",
        files=(file("train.pos"), file("dev.pos")),
        splits={"train": ("train.pos",), "dev": ("dev.pos",)},
        folder="seqkit_pos:data",
        summary="a few sentences with parts of speech",
    )
