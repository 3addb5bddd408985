"""Checks of a kind of word label: its place in each format, its values, its codec."""

from __future__ import annotations

import io
from collections.abc import Iterator

from seqkit.examples import RecordErrors, Sentence
from seqkit.extend.manager import load, registry
from seqkit.extend.specs import LabelSpec
from seqkit.labels.kinds import codec_of, kind_named, kind_spec, missing_labels_fix
from seqkit.labels.schemes import out_of_order, spans
from seqkit.testing.check import Skipped, Subject, check, expect
from seqkit.testing.files import folder

WORDS = ["The", "dogs", "bark"]
SCHEMES = {
    "": ["a", "b", "a"],
    "BIO": ["B-X", "I-X", "O"],
    "IOB1": ["I-X", "I-X", "O"],
    "BIOES": ["B-X", "E-X", "O"],
    "BILOU": ["B-X", "L-X", "O"],
}
"""Span scheme -> labels of three words."""
COLUMNS = {
    "UPOS": ["DET", "NOUN", "VERB"],
    "FEATS": ["_", "Number=Plur", "Tense=Pres"],
    "LEMMA": ["the", "dog", "bark"],
}
"""Column of CoNLL-U with values of a fixed form -> labels of three words."""
CELLS = [
    ["1", "The", "the", "DET", "DT", "_", "2", "det", "_", "_"],
    ["2", "dogs", "dog", "NOUN", "NNS", "Number=Plur", "3", "nsubj", "_", "_"],
    ["3", "bark", "bark", "VERB", "VBP", "_", "0", "root", "_", "_"],
]


@check("labels")
def name_is_found(subject: Subject) -> None:
    """The kind is found by its name."""
    expect(kind_spec(subject.name) == subject.spec, "another record has the name")


@check("labels")
def aliases_lead_to_it(subject: Subject) -> None:
    """No other kind has its aliases."""
    if not subject.spec.aliases:
        raise Skipped("the kind has no other names")
    for alias in subject.spec.aliases:
        expect(kind_named(alias) == subject.name, f"'{alias}' belongs to {kind_named(alias)}")


@check("labels")
def column_is_its_own(subject: Subject) -> None:
    """No other kind uses its column of CoNLL-U."""
    if not subject.spec.column:
        raise Skipped("the kind has no column in CoNLL-U")
    others = [one.spec.name for one in registry().all("labels") if one.spec.column == subject.spec.column]
    expect(others == [subject.name], f"{subject.spec.column} belongs to {' and '.join(others)}")


@check("labels")
def key_in_misc_is_its_own(subject: Subject) -> None:
    """No other kind has its key in MISC."""
    if subject.spec.column:
        raise Skipped("the kind is stored in a column")
    key = _key(subject.spec)
    others = [
        one.spec.name for one in registry().all("labels") if not one.spec.column and _key(one.spec) == key
    ]
    expect(others == [subject.name], f"{key} belongs to {' and '.join(others)}")


@check("labels")
def one_place_is_named(subject: Subject) -> None:
    """A kind is stored in a column or in MISC, not in both."""
    expect(not (subject.spec.column and subject.spec.misc), "both column and misc are given")


@check("labels")
def hint_names_its_place(subject: Subject) -> None:
    """The hint for files without such labels names the place."""
    expect(missing_labels_fix(subject.name, ()), "no hint")


@check("labels")
def tables_keep_it(subject: Subject) -> None:
    """Written as TSV and read, labels are equal."""
    _expect_kept(subject, "tsv")


@check("labels")
def json_keeps_it(subject: Subject) -> None:
    """Written as JSON Lines and read, labels are equal."""
    _expect_kept(subject, "jsonl")


@check("labels")
def treebanks_keep_it(subject: Subject) -> None:
    """Written as CoNLL-U and read, labels are equal."""
    if subject.spec.rows:
        raise Skipped("labels are computed from other columns")
    _expect_kept(subject, "conllu")


@check("labels")
def absent_values_are_read(subject: Subject) -> None:
    """A word without the key in MISC has the label `absent`."""
    if subject.spec.column or subject.spec.rows:
        raise Skipped("the kind is not stored in MISC")
    block = "\n".join("\t".join([str(n), word, *"_" * 7, "_"]) for n, word in enumerate(WORDS, start=1))
    block = block.removesuffix("_") + f"{_key(subject.spec)}={_labels(subject.spec)[0]}"
    (found,) = _read("conllu", (block + "\n\n").encode(), subject.name)
    given = found.labels.get(subject.name, [])
    expect(given[:2] == [subject.spec.absent] * 2, f"labels {given}")


@check("labels")
def rows_give_a_label_a_word(subject: Subject) -> None:
    """The function `rows` gives a string for each row of ten cells."""
    if subject.spec.rows is None:
        raise Skipped("labels are not computed")
    found = list(load(subject.spec.rows)(CELLS))
    expect(len(found) == len(CELLS), f"{len(found)} labels for {len(CELLS)} rows")
    expect(all(isinstance(label, str) for label in found), "a label is no string")


@check("labels")
def rows_take_one_word(subject: Subject) -> None:
    """The function `rows` accepts a sentence of one word."""
    if subject.spec.rows is None:
        raise Skipped("labels are not computed")
    found = list(load(subject.spec.rows)([["1", "Go", "go", "VERB", "VB", "_", "0", "root", "_", "_"]]))
    expect(len(found) == 1, f"{len(found)} labels for 1 row")


@check("labels")
def codec_survives_a_round_trip(subject: Subject) -> None:
    """`decode` of `encode` is the label, for any word."""
    codec = codec_of(subject.name)
    if codec is None:
        raise Skipped("models learn the labels themselves")
    pairs = [
        ("dogs", "dog"),
        ("Was", "be"),
        ("", "x"),
        ("ß", "SS"),
        ("naïve", "naïf"),
        ("x" * 50, "y"),
        ("a", "a"),
    ]
    for word, label in pairs:
        found = codec.decode(word, codec.encode(word, label))
        expect(found == label, f"{label!r} of {word!r} becomes {found!r}")


@check("labels")
def codec_takes_any_code(subject: Subject) -> None:
    """The code of one word can be decoded for any other word."""
    codec = codec_of(subject.name)
    if codec is None:
        raise Skipped("models learn the labels themselves")
    codes = [
        codec.encode(word, label) for word, label in (("dogs", "dog"), ("barking", "bark"), ("Is", "be"))
    ]
    for code in codes:
        for word in ("", "a", "漢", "Zebra"):
            expect(isinstance(codec.decode(word, code), str), f"{code!r} of {word!r} is no string")


@check("labels")
def view_is_coarser(subject: Subject) -> None:
    """The view of a label is a string, and the view of a view is the view."""
    if subject.spec.view is None:
        raise Skipped("the kind has no coarser view")
    view = load(subject.spec.view)
    for label in [*_labels(subject.spec), "_", "a|b", "A=b|C=d"]:
        expect(isinstance(view(label), str), f"the view of {label!r} is no string")
        expect(view(view(label)) == view(label), f"the view of {label!r} has another view")


@check("labels")
def spans_are_found(subject: Subject) -> None:
    """Tags of the scheme that the record names are spans."""
    if not subject.spec.scheme:
        raise Skipped("labels are not spans")
    tags = SCHEMES[subject.spec.scheme]
    expect(len(spans(tags)) == 1 and not out_of_order(tags, subject.spec.scheme), f"{tags} is no span")


@check("labels")
def outside_is_the_absent_label(subject: Subject) -> None:
    """Words outside of spans have the label O, in MISC by its absence."""
    if not subject.spec.scheme or subject.spec.column:
        raise Skipped("labels are not spans in MISC")
    expect(subject.spec.absent == "O", f"absent is {subject.spec.absent!r}, not 'O'")


@check("labels")
def order_is_a_number(subject: Subject) -> None:
    """The position in displays is not negative."""
    expect(subject.spec.order >= 0, f"order is {subject.spec.order}")


def _key(spec: LabelSpec) -> str:
    return spec.misc or spec.name


def _labels(spec: LabelSpec) -> list[str]:
    """Labels of three words that the kind may have."""
    return COLUMNS.get(spec.column, SCHEMES[spec.scheme])


def _expect_kept(subject: Subject, format: str) -> None:
    labels = _labels(subject.spec)
    file = io.BytesIO()
    writer = load(registry().find("formats", format).writer)(file)
    writer.write(Sentence(WORDS, {subject.name: labels}))
    writer.close()
    (found,) = _read(format, file.getvalue(), subject.name)
    given = found.labels.get(subject.name)
    expect(given == labels, f"{labels} becomes {given}")


def _read(format: str, content: bytes, kind: str) -> Iterator[Sentence]:
    spec = registry().find("formats", format)
    with folder() as place:
        path = place / f"file{spec.suffixes[0]}"
        path.write_bytes(content)
        yield from list(load(spec.reader)(str(path), RecordErrors(), (kind,)))
