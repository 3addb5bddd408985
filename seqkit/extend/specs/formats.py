"""Records of file formats and of kinds of label."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FormatSpec:
    """A file format: suffixes, reader and writers.

    `reader` names `(path, problems) -> Iterator[Sentence]`, or an iterator of what `yields` says; the path may be "-"
    (standard input), compressed, or inside a zip file: `seqkit.io.text_files.read_lines` opens all of them. `writer`
    names a class created as `writer(binary_file)` with `write(sentence)` and `close()`.
    """

    name: str
    suffixes: tuple[str, ...]
    reader: str | None = None
    writer: str | None = None
    yields: str = "sentences"
    """What the reader yields: "sentences", "text" (RawText), or "pairs": `Pair(sources, target)` with one source and
    its translation or, with target None, `sources` as a mapping from the name of each side to its text."""
    summary: str = ""
    takes_kinds: bool = False
    """Whether the reader takes a third argument: kinds of label to yield in addition to the default ones."""
    shows: tuple[str, ...] = ()
    """Optional content that the writers support: "probabilities" of labels, "scores" of translations."""
    translations: str | None = None
    """A class created as `writer(binary_file, n_best)`, a `seqkit.formats.translations.TranslationWriter`."""
    cuts: str = "whole"
    """How a long file can be divided into parts that the reader can read separately: "lines" (each is a record),
    "blocks" (an empty line between records), "words" (blocks, perhaps with a header in the first line), "table" (a
    header, then lines), "csv", "text" (between paragraphs), "rows" (Parquet); "whole": not at all. The reader must open
    files with `seqkit.io.text_files`."""
    join: str | None = None
    """`"module:attr"`: `(parts, file, fresh)` joins the writer's outputs for the parts of an input into one file (see
    `seqkit.formats.joining`). None: the format is not available for whole corpora or, with `pieces`, has a file for
    each part."""
    pieces: bool = False
    """Whether the outputs for the parts stay separate files, `NAME-00001.spacy` and so on."""
    packs: bool = True
    """Whether the output for a compressed input is compressed, too."""
    example: str | None = None
    """`"module:attr"`: the content of a small file, str or bytes, with which `seqkit plugins check` tries the reader.
    None: what the writer writes."""


@dataclass(frozen=True)
class LabelSpec:
    """A kind of word label: where each format stores it, what its values mean, and how it is shown.

    CoNLL-U stores it in the MISC column as `NAME=value`, unless `column` or `rows` is given; JSON Lines and TSV files
    under its name; `.spacy` files in the attribute `spacy`, or else in the Doc's user data.
    """

    name: str
    column: str = ""
    """Its column in CoNLL-U: LEMMA, UPOS, XPOS, FEATS, DEPREL or DEPS."""
    misc: str = ""
    """Its key in MISC, if that is not its name."""
    rows: str | None = None
    """`"module:attr"`: `(rows) -> labels`, if labels are computed from the ten CoNLL-U cells of each word. If one label
    is "", the sentence has no labels of the kind. Such a kind is written to MISC."""
    spacy: str = ""
    """Its attribute in spaCy: LEMMA, POS, TAG, MORPH or ENT_IOB (`doc.ents`)."""
    aliases: tuple[str, ...] = ()
    """Other names of its column in a TSV file."""
    scheme: str = ""
    """Span scheme of its tags: BIO, IOB1, BIOES or BILOU; "" if labels are not spans."""
    absent: str = "_"
    """Label of a word whose MISC column does not have the key."""
    unlabelled: bool = False
    """Whether `_` means that a word has no label and is neither trained on nor scored; else `_` is a value."""
    always: bool = False
    """Whether readers yield it by default."""
    learnt: bool = False
    """Whether taggers learn it by default if the training data have it. They predict it for text; for words with labels
    only on request."""
    codec: str | None = None
    """`"module:attr"` of an object with `encode(word, label) -> code` and `decode(word, code) -> label`, if a model
    learns a code in place of the label, such as an edit script in place of a lemma."""
    given: tuple[str, ...] = ()
    """Kinds of label, the best first: the label of the first one that a model learns decides, together with the word,
    which codes of training a known word may have."""
    view: str | None = None
    """`"module:attr"`: `(label) -> label`, a coarser label that is also scored."""
    view_name: str = ""
    """The name of the score of that view."""
    raw_name: str = ""
    """Its name among the scores from raw text, if different."""
    order: int = 100
    """Position in displays, lowest first."""
    above: bool = False
    """Whether HTML pages show it above the words; other kinds appear on hover."""
    summary: str = ""
