"""Records of file formats and of kinds of label."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FormatSpec:
    """A file format: suffixes, reader and writers.

    `reader` names `(path, problems) -> Iterator[Sentence]`, or an iterator of the type that `yields` names. The path
    may be "-" (standard input), compressed, or inside a zip file; `seqkit.io.text_files.read_lines` opens all of these.
    `writer` names a class created as `writer(binary_file)` with `write(sentence)` and `close()`.
    """

    name: str
    suffixes: tuple[str, ...]
    reader: str | None = None
    writer: str | None = None
    yields: str = "sentences"
    """Type of the examples: "sentences", "text" (RawText), or "pairs": `Pair(sources, target)` with one source and
    its translation or, with target None, `sources` as a mapping from the name of each side to its text."""
    summary: str = ""
    takes_kinds: bool = False
    """Whether the reader takes a third argument: kinds of label to yield in addition to the default ones."""
    shows: tuple[str, ...] = ()
    """Optional content that the writers support: "probabilities" of labels, "scores" of translations."""
    translations: str | None = None
    """A class created as `writer(binary_file, n_best)`, a `seqkit.formats.translations.TranslationWriter`."""
    cuts: str = "whole"
    """Rule for dividing a long file into parts that the reader can read separately: "lines" (each is a record),
    "blocks" (an empty line between records), "words" (blocks, optionally with a header in the first line), "table" (a
    header, then lines), "csv", "text" (between paragraphs), "rows" (Parquet); "whole": no division. The reader must
    open files with `seqkit.io.text_files`."""
    join: str | None = None
    """`"module:attr"`: `(parts, file, fresh)` joins the writer's outputs for the parts of an input into one file (see
    `seqkit.formats.joining`). None: the format is not available for `seqkit batch`, unless `pieces` is true."""
    pieces: bool = False
    """Whether the outputs for the parts remain separate files, `NAME-00001.spacy` and so on."""
    packs: bool = True
    """Whether the output for a compressed input is compressed, too."""
    example: str | None = None
    """`"module:attr"`: the content of a small file, str or bytes, with which `seqkit plugins check` tests the reader.
    None: the output of the writer."""


@dataclass(frozen=True)
class LabelSpec:
    """A kind of word label: its place in each format, the meaning of its values, and its display.

    CoNLL-U stores it in the MISC column as `NAME=value`, unless `column` or `rows` is set. JSON Lines and TSV files
    store it under its name, `.spacy` files in the attribute `spacy` or, without one, in the Doc's user data.
    """

    name: str
    column: str = ""
    """Column in CoNLL-U: LEMMA, UPOS, XPOS, FEATS, DEPREL or DEPS."""
    misc: str = ""
    """Key in MISC, if it differs from the name."""
    rows: str | None = None
    """`"module:attr"`: `(rows) -> labels`, if labels are computed from the ten CoNLL-U cells of each word. If one label
    is "", the sentence has no labels of the kind. Such a kind is written to MISC."""
    spacy: str = ""
    """Attribute in spaCy: LEMMA, POS, TAG, MORPH or ENT_IOB (`doc.ents`)."""
    aliases: tuple[str, ...] = ()
    """Other names of the column in a TSV file."""
    scheme: str = ""
    """Span scheme of the tags: BIO, IOB1, BIOES or BILOU; "" if labels are not spans."""
    absent: str = "_"
    """Label of a word whose MISC column lacks the key."""
    unlabelled: bool = False
    """Whether `_` means that a word has no label and is neither trained on nor scored; else `_` is a value."""
    always: bool = False
    """Whether readers yield it by default."""
    learnt: bool = False
    """Whether taggers learn it by default if the training data have it. They then predict it for running text, and on
    request for words with labels."""
    codec: str | None = None
    """`"module:attr"` of an object with `encode(word, label) -> code` and `decode(word, code) -> label`, if a model
    learns a code in place of the label, such as an edit script in place of a lemma."""
    given: tuple[str, ...] = ()
    """Kinds of label, in order of preference. For a known word, only codes that the word has in training together with
    its label of the first of these kinds that the model learns are possible."""
    view: str | None = None
    """`"module:attr"`: `(label) -> label`, a coarser label that is also scored."""
    view_name: str = ""
    """Name of the score of that view."""
    raw_name: str = ""
    """Name among the scores from raw text, if it differs."""
    order: int = 100
    """Position in displays, lowest first."""
    above: bool = False
    """Whether HTML pages display it above the words; other kinds appear on hover."""
    summary: str = ""
