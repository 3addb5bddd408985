"""Reader and writer."""

from seqkit import SeqkitError
from seqkit.examples import Sentence
from seqkit.formats.text_writer import TextWriter
from seqkit.io.text_files import BadRecord, read_records


def read(path, problems):
    """Yield the sentences of a file. Bad lines go to `problems`, which raises an error or counts them."""
    for where, (words, tags) in read_records(path, problems, parse):
        yield Sentence(words, {"upos": tags}, where=where)


def parse(line):
    """The words and tags of a line."""
    pairs = [cell.rpartition("/") for cell in line.split()]
    if not all(word and tag for word, _, tag in pairs):
        raise BadRecord("a word without a tag", "Write: word/TAG word/TAG.")
    return [word for word, _, _ in pairs], [tag for _, _, tag in pairs]


class Writer(TextWriter):
    """Writes sentences; words without a tag get `_`."""

    def text(self, sentence):
        tags = sentence.labels.get("upos", ["_"] * len(sentence.words))
        for word, tag in zip(sentence.words, tags, strict=True):
            if [word] != word.split() or [tag] != tag.split() or "/" in tag:
                raise SeqkitError(f"{word!r}/{tag!r}: has a blank or a slash", "Choose another format.")
        return " ".join(map("/".join, zip(sentence.words, tags, strict=True))) + "\n"
