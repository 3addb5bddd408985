"""Convert sentences to spaCy Docs and back.

Words, one space or none, `pos_`, `tag_`, `morph`, `lemma_`, `ents`, and a tree of `head` and `dep_` are stored in
spaCy's attributes. The rest of a sentence is plain data in `doc.user_data["seqkit"]`, together with values that spaCy
would change or refuse, each with spaCy's value. Later changes of the Doc take precedence over these data.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from seqkit.errors import shortened
from seqkit.examples import Sentence
from seqkit.formats.conllu.labels import rows_of, word_rows
from seqkit.formats.conllu.lines import relabelled
from seqkit.formats.conllu.treebank import parse
from seqkit.formats.records import from_record, to_record
from seqkit.formats.spacy.doc_columns import (
    NATIVE,
    Columns,
    changed_values,
    columns_of,
    doc_arguments,
    is_annotated,
    kinds_held,
)
from seqkit.io.limits import current_limits, how_to_raise
from seqkit.io.text_files import BadRecord
from seqkit.labels.kinds import standard_kinds

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

KEY = "seqkit"
"""Key in a Doc's `user_data` for data that spaCy has no attribute for."""


def to_doc(sentence: Sentence, vocab: Vocab) -> Doc:
    """Convert a sentence with all its data to a Doc."""
    from spacy.tokens import Doc

    if sentence.lines:
        columns, data = _from_block(sentence)
    else:
        columns, data = _from_fields(sentence)
    spaces = None if sentence.spaces is None else [bool(space) for space in sentence.spaces]
    doc = Doc(vocab, sentence.words, spaces, **doc_arguments(columns, len(sentence.words)))
    in_doc = columns_of(doc, dict.fromkeys((*NATIVE, *columns)))
    data |= {"words": len(doc), "silver": sentence.silver, "instead": changed_values(in_doc, columns)}
    doc.user_data[KEY] = data
    return doc


def from_doc(doc: Doc, kinds: Sequence[str] = ()) -> list[Sentence]:
    """Convert a Doc to sentences by its sentence boundaries; without boundaries it becomes one sentence.

    Tokens of white space are not words. A kind of label is present if some token has it. Args: kinds, kinds of label to
    read besides upos, xpos, feats and those that `to_doc` stored. Raises BadRecord for damaged data.
    """
    data, most = doc.user_data.get(KEY), current_limits().words
    if len(doc) > most:
        raise BadRecord(f"more than {most:,} words", how_to_raise("words"))
    try:
        if isinstance(data, dict) and data.get("words") == len(doc):
            return [_of_data(doc, data, kinds)]
        return _of_tokens(doc, kinds_held((*standard_kinds(), *kinds)))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise BadRecord(
            f"damaged data ({type(error).__name__}: {shortened(str(error), 200)})", "Write the file again."
        ) from error


def _from_block(sentence: Sentence) -> tuple[Columns, dict[str, Any]]:
    """The columns of a CoNLL-U block and the labels that spaCy has an attribute for, and the rest of the block."""
    lines = relabelled(sentence)
    rows = rows_of(lines)
    words = word_rows(rows)
    rest = {
        "comments": [line for line in lines if line.startswith("#")],
        "others": [[at, "\t".join(row)] for at, row in enumerate(rows) if not row[0].isdecimal()],
        "deps": [row[8] for row in words],
        "misc": [row[9] for row in words],
    }
    columns = {name: [row[column] for row in words] for name, column in NATIVE.items()}
    others = [kind for kind in kinds_held(sentence.labels) if kind not in NATIVE]
    if others:
        rest["kinds"] = others
    return columns | {kind: sentence.labels[kind] for kind in others}, rest


def _from_fields(sentence: Sentence) -> tuple[Columns, dict[str, Any]]:
    """The labels of a sentence that was not read from CoNLL-U, and the rest of its data."""
    record = to_record(sentence)
    kinds = [kind for kind in record if kind in sentence.labels]
    labels = {kind: record.pop(kind) for kind in kinds_held(kinds)}
    del record["text"], record["words"]
    return labels, {"kinds": kinds, "record": record}


def _of_data(doc: Doc, data: dict[str, Any], wanted: Sequence[str]) -> Sentence:
    """The sentence from which `to_doc` made this Doc, with later changes of the Doc."""
    kinds = dict.fromkeys((*data.get("kinds", ()), *wanted))
    in_doc = kinds_held((*standard_kinds(), *kinds))
    columns = columns_of(doc, dict.fromkeys((*NATIVE, *in_doc)))
    for name, changes in data["instead"].items():
        for index, stored, value in changes:
            if columns[name][index] == stored:
                columns[name][index] = value
    words = [token.text for token in doc]
    if "misc" in data:
        sentence = parse(_checked_block(words, columns, data), wanted)
        others = [kind for kind in in_doc if kind not in NATIVE and is_annotated(doc, kind)]
        sentence.labels |= {kind: columns[kind] for kind in others}
    else:
        present = {kind for kind in in_doc if words and is_annotated(doc, kind)}.union(data["kinds"])
        labels = {kind: columns[kind] for kind in in_doc if kind in present}
        sentence = from_record({**data["record"], "words": words, **labels}, list(kinds))
    if not isinstance(data["silver"], str | None):
        raise TypeError("'silver' is not a string")
    sentence.silver = data["silver"] or sentence.silver
    return sentence


def _checked_block(words: list[str], columns: Columns, data: dict[str, Any]) -> list[str]:
    """The lines of the block. Raises ValueError for a line with a line break, and for a comment without #."""
    lines = _block(words, columns, data)
    if not all(line.startswith("#") for line in data["comments"]):
        raise ValueError("a comment without #")
    if any("\n" in line for line in lines):
        raise ValueError("a line break inside a line of CoNLL-U")
    return lines


def _block(words: list[str], columns: Columns, data: dict[str, Any]) -> list[str]:
    """The lines of the CoNLL-U block."""
    ids = map(str, range(1, len(words) + 1))
    cells = zip(ids, words, *(columns[name] for name in NATIVE), data["deps"], data["misc"], strict=True)
    rows = ["\t".join(row) for row in cells]
    for at, row in data["others"]:
        rows.insert(at, row)
    return [*data["comments"], *rows]


def _of_tokens(doc: Doc, kinds: Sequence[str]) -> list[Sentence]:
    """The sentences of a Doc that seqkit did not write. Args: kinds, kinds of label to read if the Doc has them."""
    kinds = [kind for kind in kinds if is_annotated(doc, kind)]
    columns = columns_of(doc, kinds)
    before, after = _white_space(doc)
    sentences = []
    for span in doc.sents if doc.has_annotation("SENT_START") else [doc[:]]:
        words = [token for token in span if token.i in after]
        if words:
            labels = {kind: [columns[kind][token.i] for token in words] for kind in kinds}
            sentences.append(Sentence([token.text for token in words], labels))
            if not doc.has_unknown_spaces:
                sentences[-1].spaces = [after[token.i] for token in words]
    if sentences and not doc.has_unknown_spaces:
        sentences[0].before = before
    return sentences


def _white_space(doc: Doc) -> tuple[str, dict[int, str]]:
    """The white space before the first word and, by index, after each word, including white-space tokens."""
    before = ""
    after: dict[int, str] = {}
    last = None
    for token in doc:
        if not token.text.isspace():
            last = token.i
            after[last] = token.whitespace_
        elif last is None:
            before += token.text_with_ws
        else:
            after[last] += token.text_with_ws
    return before, after
