"""BLEU on Multi30k, test_2016_flickr, as reported in papers: lower case, normalised punctuation, Moses tokens.

    pip install "sacremoses>=0.1"
    python benchmarks/multi30k_bleu.py                          # check the pipeline on the reference itself
    python benchmarks/multi30k_bleu.py runs/en-de               # translate with a model, then score
    python benchmarks/multi30k_bleu.py runs/en-de --model runs/en-de-2 --beam 8   # an ensemble
    python benchmarks/multi30k_bleu.py --outputs out.de         # score a file, one translation per line
    python benchmarks/multi30k_bleu.py runs/en-de --split val   # dev, for choices; its reference is normalised here

As published systems do, a model can be trained on lower-case text, and given lower-case text to translate:

    python benchmarks/multi30k_bleu.py --write runs/lower       # train.tsv and val.tsv
    seqkit train seq2seq --train runs/lower/train.tsv --dev runs/lower/val.tsv --source en --target de --out runs/en-de
    python benchmarks/multi30k_bleu.py runs/en-de --lower

The reference is `test_2016_flickr.lc.norm.tok.de`, and BLEU is sacreBLEU's with `--tokenize none`. Without a model or a
file the cased reference goes through the same pipeline: all of its lines must equal the published ones.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from sacrebleu.metrics import BLEU
from sacremoses import MosesPunctNormalizer, MosesTokenizer
from translating import translated, write_pairs

from seqkit.data.catalogue import corpus_files
from seqkit.data.pairs import read_pairs
from seqkit.decoding.options import DecodingOptions
from seqkit.examples import RecordErrors
from seqkit.formats.source_lines import read_sources

SPLIT = "test_2016_flickr"
REFERENCE = "test_2016_flickr.lc.norm.tok.de"


def lowered(lines: Sequence[str], language: str) -> list[str]:
    """Convert to lower case, Moses' punctuation and single blanks."""
    punctuation = MosesPunctNormalizer(lang=language)
    return [" ".join(punctuation.normalize(line.lower()).split()) for line in lines]


def normalised(lines: Sequence[str]) -> list[str]:
    """Convert lines to the form of the published reference: lower case, Moses' punctuation and tokens, escaped."""
    tokenizer = MosesTokenizer(lang="de")
    return [tokenizer.tokenize(line, return_str=True, escape=True) for line in lowered(lines, "de")]


def write(folder: Path) -> None:
    """Write train.tsv and val.tsv in lower case."""
    folder.mkdir(parents=True, exist_ok=True)
    for split in ("train", "val"):
        pairs = list(read_pairs("multi30k", split, "en", "de", RecordErrors()))
        sources = lowered([pair.sources["text"] for pair in pairs], "en")
        targets = lowered([str(pair.target) for pair in pairs], "de")
        write_pairs(folder / f"{split}.tsv", ("en", "de"), zip(sources, targets, strict=True))


def read(path: Path | str) -> list[str]:
    """The lines of a file."""
    return [line.text for line in read_sources(path, RecordErrors())]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", nargs="?", help="the folder of a model for English to German")
    parser.add_argument(
        "--model", action="append", default=[], dest="others", help="a further model of an ensemble"
    )
    parser.add_argument("--outputs", help="a file of translations, in place of a model")
    parser.add_argument("--beam", type=int, default=5)
    parser.add_argument("--length-penalty", type=float, default=1.0)
    parser.add_argument("--mbr", type=int, default=0, help="number of samples for minimum Bayes risk")
    parser.add_argument("--temperature", type=float, default=1.0, help="of the samples")
    parser.add_argument(
        "--utility", choices=["bleu", "chrf"], default="bleu", help="similarity of two samples"
    )
    parser.add_argument("--split", choices=[SPLIT, "val"], default=SPLIT)
    parser.add_argument("--inference-dtype", default="", help="number format of the computation")
    parser.add_argument("--lower", action="store_true", help="the model reads and writes lower case")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="write the lower-case text to train on")
    given = parser.parse_args()
    if given.write:
        write(given.write)
        return

    pairs = list(read_pairs("multi30k", given.split, "en", "de", RecordErrors()))
    cased = [str(pair.target) for pair in pairs]
    published = corpus_files("multi30k", SPLIT)[0].parent / REFERENCE
    reference = read(published) if given.split == SPLIT else normalised(cased)
    if given.model:
        options = DecodingOptions(
            beam=given.beam,
            length_penalty=given.length_penalty,
            mbr=given.mbr,
            temperature=given.temperature,
            utility=given.utility,
        )
        sources = [pair.sources["text"] for pair in pairs]
        if given.lower:
            sources = lowered(sources, "en")
        outputs = translated([given.model, *given.others], sources, options, given.inference_dtype)
    else:
        outputs = read(given.outputs) if given.outputs else cased
    tokens = normalised(outputs)
    if outputs is cased:
        same = sum(a == b for a, b in zip(tokens, reference, strict=True))
        print(f"the cased reference, normalised: {same} of {len(reference)} lines as published")
        return
    rows = [("lower-case, normalised, tokenised", BLEU(tokenize="none", force=True), tokens, reference)]
    if not given.lower:
        rows.append(("cased, 13a", BLEU(), outputs, cased))
    for name, metric, system, target in rows:
        score = metric.corpus_score(system, [target])
        print(f"{name}: {score.score:.2f}  {metric.get_signature()}")


if __name__ == "__main__":
    main()
