"""A format, written for version 1 of the plugin API. Frozen: never change this file."""

from seqkit import FormatSpec, hookimpl
from seqkit.examples import Sentence, SourceLocation
from seqkit.io.text_files import NotText, chomp, read_lines

SEQKIT_PLUGIN_API = 1


@hookimpl
def seqkit_formats():
    yield FormatSpec(
        "vertical", (".vert",), reader="vertical:read", writer="vertical:Writer", summary="a word a line"
    )


def read(path, problems):
    rows, where = [], None
    for number, line in read_lines(path):
        here = SourceLocation(str(path), number)
        if isinstance(line, NotText):
            problems.bad(here, line.reason, line.fix)
        elif not chomp(line):
            if rows:
                yield sentence(rows, where)
            rows, where = [], None
        else:
            where = where or here
            rows.append(chomp(line).split("\t"))
    if rows:
        yield sentence(rows, where)


def sentence(rows, where):
    tags = [row[1] if len(row) > 1 else "_" for row in rows]
    return Sentence([row[0] for row in rows], {"upos": tags}, where=where)


class Writer:
    def __init__(self, file):
        self.file = file

    def write(self, sentence):
        tags = sentence.labels.get("upos", ["_"] * len(sentence.words))
        lines = [f"{word}\t{tag}\n" for word, tag in zip(sentence.words, tags, strict=True)]
        self.file.write(("".join(lines) + "\n").encode())

    def close(self):
        pass
