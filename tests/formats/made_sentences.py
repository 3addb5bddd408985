"""Random sentences (hypothesis) survive writing and reading in every format."""

import io
import tempfile
from pathlib import Path

from hypothesis import strategies as st

from seqkit.examples import Multiword, RecordErrors, Sentence

LABELS = ("upos", "xpos", "feats")

UPOS = ["NOUN", "VERB", "X", "_", "INVENTED", "noun"]
FEATS = [
    "_",
    "Number=Sing",
    "B=2|A=1",
    "Case=Nom,Acc",
    "A=1|A=2",
    "A",
    "A=1=2",
    "|",
    "=",
    "POS=NOUN",
    "Typo=Yes|abbr=No",
]
WHITE = st.text(" \t\n\r\v\u00a0\u2028\u3000", max_size=4)


def texts(**options):
    """Strings that UTF-8 can hold, without NUL."""
    return st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), **options)


def words_without(breaks):
    """Words, some with white space inside, none with the characters in `breaks`."""
    allowed = st.characters(exclude_categories=["Cs"], exclude_characters="\0" + breaks)
    return st.text(allowed, min_size=1, max_size=6).map(str.strip).filter(bool)


@st.composite
def sentences(draw, breaks=""):
    """A sentence as a tokenizer and a tagger leave it: no CoNLL-U block, perhaps labels, perhaps white space."""
    words = draw(st.lists(words_without(breaks), min_size=1, max_size=6))
    count = len(words)
    tags = st.text(st.characters(categories=["L", "P", "S"]), min_size=1, max_size=3)
    values = {"upos": st.sampled_from(UPOS), "xpos": tags, "feats": st.sampled_from(FEATS)}
    kinds = draw(st.sets(st.sampled_from(LABELS)))
    sentence = Sentence(
        words,
        {
            kind: draw(st.lists(values[kind], min_size=count, max_size=count))
            for kind in LABELS
            if kind in kinds
        },
        document=draw(st.none() | words_without("\t\n\r")),
        silver=draw(st.none() | st.just("en_tiny 1.2")),
    )
    if draw(st.booleans()):
        sentence.spaces = draw(st.lists(WHITE, min_size=count, max_size=count))
        sentence.before = draw(WHITE)
        sentence.multiwords = draw(multiwords(count, breaks))
        for token in sentence.multiwords:
            sentence.spaces[token.first : token.last] = [""] * (token.last - token.first)
    return sentence


@st.composite
def multiwords(draw, count, breaks):
    """Multiword tokens over some of `count` words, in order."""
    tokens = []
    ends = sorted(draw(st.sets(st.integers(0, count - 1))))
    for first, last in zip(ends[0::2], ends[1::2], strict=False):
        tokens.append(Multiword(first, last, draw(words_without(breaks))))
    return tokens


def written(format, sentences):
    """The output of a format's writer."""
    file = io.BytesIO()
    writer = format.Writer(file)
    for sentence in sentences:
        writer.write(sentence)
    writer.close()
    return file.getvalue()


def round_trip(format, sentences):
    """Write sentences in a format and read them again."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "there-and-back")
        path.write_bytes(written(format, sentences))
        again = list(format.read(path, RecordErrors()))
    for sentence in again:
        sentence.where = None
    return again
