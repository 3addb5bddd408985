"""Write a corpus for sequence-level knowledge distillation (Kim & Rush 2016): the outputs of a larger model.

    python benchmarks/distil.py tatoeba-deu-eng en de --teacher runs/large --out runs/distilled
    seqkit train seq2seq --train runs/distilled/train.tsv --dev runs/distilled/dev.tsv --source en --target de --out …

Of the n best outputs of the teacher's beam, the most similar one to the reference by sentence chrF is kept (section 3.3
of the paper, interpolation). `--with-references` keeps the pairs of the corpus, too. Only the training split is
translated; dev is not changed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from diversify import sides_of
from translating import write_pairs

from seqkit.decoding.mbr import utility_of
from seqkit.decoding.options import DecodingOptions
from seqkit.models.artifact import load_for
from seqkit.tasks.seq2seq.apply import translate_lines


def distilled(teachers: list[str], pairs: list[tuple[str, str]], beam: int, dtype: str) -> list[str]:
    """The output of the teachers' beam that is most similar to the reference, for each source."""
    models, utility = [load_for("seq2seq", name, dtype) for name in teachers], utility_of("chrf")
    options = DecodingOptions(beam=beam, n_best=beam)
    sources = dict.fromkeys(source for source, _ in pairs)  # a corpus may have several references of a source
    outputs = {
        source: [one.text for one in found]
        for source, found in zip(sources, translate_lines(models, iter(sources), options), strict=True)
    }
    return [
        max(outputs[source], key=lambda text: utility(text, reference), default="")
        for source, reference in pairs
    ]


def main() -> None:
    """Translate the training split, and write it with the unchanged dev split."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus")
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("--teacher", action="append", required=True, help="several vote")
    parser.add_argument("--out", type=Path, required=True, help="folder for train.tsv and dev.tsv")
    parser.add_argument("--train", default="train", help="training split")
    parser.add_argument("--dev", default="dev", help="dev split")
    parser.add_argument("--beam", type=int, default=5)
    parser.add_argument("--with-references", action="store_true", help="also keep the pairs of the corpus")
    parser.add_argument("--first", type=int, default=0, help="maximum number of pairs; 0: all")
    parser.add_argument("--inference-dtype", default="", help="number format of the computation")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    pairs = sides_of(given.corpus, given.train, given.source, given.target)[: given.first or None]
    texts = distilled(given.teacher, pairs, given.beam, given.inference_dtype)
    made = [(source, text) for (source, _), text in zip(pairs, texts, strict=True) if text]
    rows = list(dict.fromkeys([*(pairs if given.with_references else []), *made]))
    dev = sides_of(given.corpus, given.dev, given.source, given.target)
    for name, written in (("train.tsv", rows), ("dev.tsv", dev)):
        write_pairs(given.out / name, (given.source, given.target), written)
    same = sum(text == target for text, (_, target) in zip(texts, pairs, strict=True))
    print(
        f"{len(pairs):,} pairs became {len(rows):,}; {same:,} outputs are the reference; {len(dev):,} dev pairs"
    )


if __name__ == "__main__":
    main()
