"""Write running text without repeated sentences for speed measurements: `python benchmarks/running_text.py FOLDER`.

Reads English lines of Multi30k, English sides of Tatoeba and the text of EWT's training split from the folder of
corpora ($SEQKIT_CORPORA_DIR), splits them into words and sentences by seqkit's rules, drops duplicates, shuffles with a
fixed seed, and stops at `--words`. If English is not enough, German and French sides follow. Writes `words.conllu`, and
the same sentences as `text.txt`, six to a paragraph. The licences of Multi30k and Tatoeba do not permit distribution of
the files.
"""

from __future__ import annotations

import argparse
import gzip
import io
import os
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

from seqkit.data.catalogue import read_sentences
from seqkit.examples import RawText, RecordErrors, Sentence, SourceLocation
from seqkit.formats.conllu.treebank import Writer
from seqkit.io.atomic import atomic_write
from seqkit.text.words import sentences_from

PARAGRAPH = 6
"""Sentences."""


def main() -> None:
    """Write both files and print their sizes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--words", type=int, default=1_100_000)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    sentences = distinct_sentences(arguments.words)
    write_words(sentences, arguments.folder / "words.conllu")
    write_text(sentences, arguments.folder / "text.txt")
    words = [word for sentence in sentences for word in sentence.words]
    print(f"{len(sentences):,} distinct sentences, {len(words):,} words, {len(set(words)):,} distinct words")


def distinct_sentences(words: int) -> list[Sentence]:
    """Collect sentences up to `--words`, language by language, each shuffled."""
    corpora = Path(os.environ["SEQKIT_CORPORA_DIR"])
    seen: set[tuple[str, ...]] = set()
    found: list[Sentence] = []
    count = 0
    for language in ("en", "de", "fr"):
        fresh = []
        for sentence in sentences_from(texts(corpora, language), language):
            key = tuple(sentence.words)
            if key and key not in seen:
                seen.add(key)
                fresh.append(sentence)
        random.Random(1).shuffle(fresh)
        for sentence in fresh:
            if count >= words:
                return found
            found.append(sentence)
            count += len(sentence.words)
    return found


def texts(corpora: Path, language: str) -> Iterator[RawText]:
    """Each line as a separate document, so that no sentence crosses lines."""
    for number, line in enumerate(lines(corpora, language), start=1):
        yield RawText(line, SourceLocation(language, number), document=f"{language}-{number}")


def lines(corpora: Path, language: str) -> Iterator[str]:
    """Lines of one language from all corpora."""
    for split in ("train", "val"):
        with gzip.open(corpora / "multi30k" / f"{split}.{language}.gz", "rt", encoding="utf-8") as file:
            yield from (line.strip() for line in file)
    column = {"en": 0, "de": 1}.get(language)
    if column is not None:
        packed = corpora / "tatoeba-deu-eng" / "deu-eng.zip"
        with zipfile.ZipFile(packed) as archive, archive.open("deu.txt") as file:
            for line in io.TextIOWrapper(file, encoding="utf-8"):
                yield line.split("\t")[column].strip()
    if language == "en":
        yield from (s.text.strip() for s in read_sentences("ud-english-ewt", "train", RecordErrors()))


def write_words(sentences: list[Sentence], path: Path) -> None:
    """CoNLL-U without labels."""
    with atomic_write(path) as file:
        writer = Writer(file)
        for sentence in sentences:
            writer.write(Sentence(sentence.words, spaces=sentence.spaces))
        writer.close()


def write_text(sentences: list[Sentence], path: Path) -> None:
    """Write one paragraph per line, with empty lines between them."""
    with atomic_write(path) as file:
        for start in range(0, len(sentences), PARAGRAPH):
            part = sentences[start : start + PARAGRAPH]
            file.write((" ".join(s.text.strip() for s in part) + "\n\n").encode())


if __name__ == "__main__":
    main()
