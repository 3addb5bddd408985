"""Reader and writer."""

from seqkit import SeqkitError
from seqkit.examples import Sentence, SourceLocation
from seqkit.io.text_files import NotText, read_lines


def read(path, problems):
    """Yield the sentences of a file. Bad lines go to `problems`, which raises an error or counts them."""
    for number, line in read_lines(path):
        where = SourceLocation(str(path), number)
        if isinstance(line, NotText):
            problems.bad(where, line.reason, line.fix)
            continue
        pairs = [cell.rpartition("/") for cell in line.split()]
        if not all(word and tag for word, _, tag in pairs):
            problems.bad(where, "a word without a tag", "Write: word/TAG word/TAG.")
        elif pairs:
            words, _, tags = (list(column) for column in zip(*pairs, strict=True))
            yield Sentence(words, {"upos": tags}, where=where)


class Writer:
    """Writes sentences; created as `Writer(binary_file)`."""

    def __init__(self, file):
        self.file = file

    def write(self, sentence):
        tags = sentence.labels.get("upos", ["_"] * len(sentence.words))
        for word, tag in zip(sentence.words, tags, strict=True):
            if [word] != word.split() or [tag] != tag.split() or "/" in tag:
                raise SeqkitError(f"{word!r}/{tag!r}: has a blank or a slash", "Choose another format.")
        pairs = (f"{word}/{tag}" for word, tag in zip(sentence.words, tags, strict=True))
        self.file.write((" ".join(pairs) + "\n").encode())

    def close(self):
        """Nothing is left to write; the file stays open."""
