"""JSON Lines: one object per sentence.

    {"text": "Hi you", "words": ["Hi", "you"], "spaces": [" ", ""], "upos": ["INTJ", "PRON"]}

Further keys, if known: xpos, feats and other kinds of label, before, multiwords ([first, last, form] with indices of
words), offset, document, silver, and probabilities ([label, p] pairs of each word in descending order). The reader
requires only `words`; it ignores `text`, probabilities and unknown keys that are not requested as kinds of label.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from seqkit.examples import RecordErrors, Sentence
from seqkit.formats.records import from_record, to_record
from seqkit.formats.text_writer import TextWriter
from seqkit.io.json_lines import json_object
from seqkit.io.text_files import FilePath, read_records

FIX = 'Write one object per line, such as {"words": ["Hi", "you"]}.'


def read(path: FilePath, problems: RecordErrors, kinds: Sequence[str] = ()) -> Iterator[Sentence]:
    """Yield the sentences of a file. Malformed lines go to `problems`; empty lines are skipped.

    Args: kinds, kinds of label to read besides upos, xpos and feats: keys with a list of one string per word.
    """
    records = read_records(path, problems, lambda line: from_record(json_object(line, FIX), kinds))
    for where, sentence in records:
        sentence.where = where
        yield sentence


class Writer(TextWriter):
    """Writes one object per line; keys without a value are omitted."""

    def text(self, sentence: Sentence) -> str:
        """Return the object of a sentence."""
        return json.dumps(to_record(sentence), ensure_ascii=False) + "\n"
