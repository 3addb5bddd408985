"""One process of `tagging_speed.py`: `python -m peers.worker TASK PEER FOLDER [IN OUT]`, in the folder `benchmarks`.

Tasks: start (load, tag one sentence), lists (words in, tags out, after a line on stdin), file (CoNLL-U to CoNLL-U),
raw (a spaCy pipeline from text to CoNLL-U).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from peers import Tag, peer
from seqkit.examples import RecordErrors
from seqkit.formats.conllu.treebank import Writer, read

CHUNK = 2000
"""Sentences."""


def lists(tag: Tag, source: str) -> None:
    """Print `ready`, wait for a line, tag everything, print `done`."""
    sentences = [sentence.words for sentence in read(source, RecordErrors())]
    print("ready", flush=True)
    sys.stdin.readline()
    tags = tag(sentences)
    print("done", flush=True)
    assert list(map(len, tags)) == list(map(len, sentences))
    sys.stdin.readline()


def file(tag: Tag, source: str, target: str) -> None:
    """Replace the UPOS column of a file, in constant memory."""
    sentences = read(source, RecordErrors())
    with open(target, "wb") as out:
        writer = Writer(out)
        while chunk := list(islice(sentences, CHUNK)):
            for sentence, tags in zip(chunk, tag([s.words for s in chunk]), strict=True):
                sentence.labels = {"upos": tags}
                writer.write(sentence)
        writer.close()


def raw(folder: Path, source: str, target: str) -> None:
    """Tag one document per line by `nlp.pipe`, and write CoNLL-U by minimal code."""
    import spacy

    nlp = spacy.load(folder / "pipeline")
    with open(source, encoding="utf-8") as text, open(target, "w", encoding="utf-8") as out:
        for doc in nlp.pipe(_lines(text)):
            rows = (
                f"{t}\t{token.text}\t_\t{token.tag_}\t_\t_\t_\t_\t_\t{'_' if token.whitespace_ else 'SpaceAfter=No'}\n"
                for t, token in enumerate(doc, start=1)
            )
            out.write("".join(rows) + "\n")


def _lines(text: Iterator[str]) -> Iterator[str]:
    return (line for line in map(str.strip, text) if line)


def main() -> None:
    """Do the task."""
    task, name, folder, *files = sys.argv[1:]
    if task == "raw":
        raw(Path(folder), *files)
        return
    tag = peer(name).load(Path(folder))
    if task == "start":
        tag([["Time", "flies", "like", "an", "arrow", "."]])
    elif task == "lists":
        lists(tag, *files)
    else:
        file(tag, *files)


if __name__ == "__main__":
    main()
