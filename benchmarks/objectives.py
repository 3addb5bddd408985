"""Objectives of training from one checkpoint: `python benchmarks/objectives.py --from runs/en-de --out runs/mrt`.

Continues the training of a translator with each objective and each seed for the same time, translates dev by beam
search and by minimum Bayes risk, and compares the objectives with `nll` by a paired bootstrap: sentences are resampled,
and the difference is the mean over the seeds. `--other CORPUS` adds sentences of another domain: the share of outputs
with a sign of hallucination (see `hallucinations.py`) or with a chrF2 below 15, and BLEU with beam 50 less BLEU with
beam 5. Finished trainings are kept in `rows.json`, outputs in text files, so a stopped command continues.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from hallucinations import signs
from sacrebleu.metrics import BLEU, CHRF
from tables import Rows, Run, Setting, Study, parser_of, spread, train
from translating import translated

from seqkit.data.pairs import read_pairs
from seqkit.decoding.options import DecodingOptions
from seqkit.evaluation.corpus_metric import drawn_scores, metric_of
from seqkit.evaluation.report import markdown_row
from seqkit.evaluation.resampling import by_chance, interval
from seqkit.examples import RecordErrors
from seqkit.io.atomic import atomic_write
from seqkit.models.artifact import load_for
from seqkit.nn.bfloat16 import usable

MODEL = "seq2seq"
SETTINGS = [
    Setting("nll", MODEL),
    Setting("r-drop", MODEL, ("objective=r-drop",)),
    Setting("scheduled-sampling", MODEL, ("objective=scheduled-sampling",)),
    Setting("mrt", MODEL, ("objective=mrt",)),
]
SEARCHES = {
    "beam 5": DecodingOptions(),
    "MBR, 16 samples": DecodingOptions(mbr=16, utility="fast-chrf"),
}
WIDE = DecodingOptions(beam=50)
UNRELATED = 15.0
"""An output with a lower chrF2 has hardly a word of the reference."""


class Corpus(NamedTuple):
    """Sources with their references."""

    name: str
    sources: list[str]
    references: list[str]


def corpus_of(name: str, split: str, sides: tuple[str, str], most: int = 0) -> Corpus:
    """The pairs of a split. Args: most, the maximum number of pairs, evenly spaced; 0 for all."""
    pairs = list(read_pairs(name, split, *sides, RecordErrors()))
    chosen = pairs[:: max(1, len(pairs) // most)][:most] if most else pairs
    return Corpus(name, [str(pair.sources["text"]) for pair in chosen], [str(pair.target) for pair in chosen])


def outputs(
    run: Run, out: Path, corpus: Corpus, search: str, options: DecodingOptions, dtype: str
) -> list[str]:
    """The translations by a trained model, read from the file of an earlier call if there is one."""
    folder = folder_of(run, out)
    path = out / f"{folder.name}.{corpus.name}.{search.replace(' ', '-').replace(',', '')}.txt"
    if not path.exists():
        found = translated([str(folder)], corpus.sources, options, dtype)
        with atomic_write(path) as file:
            file.write("".join(f"{line}\n" for line in found).encode())
    return path.read_text(encoding="utf-8").split("\n")[:-1]


def folder_of(run: Run, out: Path) -> Path:
    """The folder of a training's model."""
    return out / run.key.replace(" ", "_").replace("=", "-")


def compared(found: dict[str, list[list[str]]], references: Sequence[str]) -> Iterator[str]:
    """A row for each objective: scores over the seeds, and the difference from the first with its interval and p.

    Args: found, the outputs of each objective, with each seed.
    """
    yield markdown_row("objective", "BLEU", "less nll (95 %), p", "chrF2", "less nll (95 %), p", "seeds")
    yield markdown_row(*["---"] * 6)
    columns = [column(name, found, references) for name in ("bleu", "chrf")]
    for (name, seeds), *cells in zip(found.items(), *columns, strict=True):
        yield markdown_row(name, *(text for pair in cells for text in pair), str(len(seeds)))


def column(
    name: str, found: dict[str, list[list[str]]], references: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """The scores of each objective by a metric, and its difference from the first: a mean over the seeds."""
    metric, first = metric_of(name), None
    for seeds in found.values():
        sums = [metric.statistics(outputs, references) for outputs in seeds]
        scores = [metric.score(sums_NK.sum(axis=0)) for sums_NK in sums]
        drawn_S = np.mean([drawn_scores(metric, sums_NK) for sums_NK in sums], axis=0)
        if first is None:
            first = statistics.mean(scores), drawn_S
            yield spread(scores), ""
            continue
        difference, delta_S = statistics.mean(scores) - first[0], drawn_S - first[1]
        low, high = interval(delta_S)
        p = by_chance(delta_S, difference)
        yield spread(scores), f"{difference:+.2f} ({low:+.2f} to {high:+.2f}), p = {p:.3f}"


def unlike(run: Run, out: Path, corpus: Corpus, found: Sequence[str]) -> tuple[float, float]:
    """Shares of the outputs with a sign of hallucination, and with a chrF2 below `UNRELATED`, in %."""
    model, chrf = load_for("seq2seq", str(folder_of(run, out))), CHRF()
    marked = sum(bool(signs(model, *pair)) for pair in zip(corpus.sources, found, strict=True))
    low = sum(
        chrf.sentence_score(output, [reference]).score < UNRELATED
        for output, reference in zip(found, corpus.references, strict=True)
    )
    return 100 * marked / len(found), 100 * low / len(found)


def main() -> None:
    """Train what is missing, then print a table for each search, and one for the other domain."""
    study = Study(
        __doc__ or "", {"objectives": SETTINGS}, ["BLEU"], lambda s: {}, "multi30k", (), 4, "updates"
    )
    parser = parser_of(study)
    parser.add_argument("--from", dest="base", required=True, help="the trained model")
    parser.add_argument("--source", default="en")
    parser.add_argument("--target", default="de")
    parser.add_argument("--mrt", nargs="+", default=[], metavar="KEY=VALUE", help="set for mrt alone")
    parser.add_argument("--other", help="corpus of another domain")
    parser.add_argument("--other-split", default="test")
    parser.add_argument("--other-pairs", type=int, default=500)
    parser.add_argument("--inference-dtype", default=usable("bfloat16"), help="default: %(default)s here")
    given = parser.parse_args()
    sides = (given.source, given.target)
    common = ("--source", given.source, "--target", given.target, "--from", given.base)
    study = study._replace(common=common, score=lambda s: {"BLEU": s["metrics"]["BLEU"]["score"]})
    given.out.mkdir(parents=True, exist_ok=True)
    rows, runs = Rows(given.out / "rows.json"), {}
    for seed in given.seeds:
        for setting in SETTINGS:
            sets = (*setting.sets, *(given.mrt if setting.name == "mrt" else ()))
            run = Run(setting._replace(sets=sets), seed, given.minutes, given.corpus, tuple(given.set))
            runs[setting.name, seed] = run
            if run.key not in rows.found:
                print(f"{run.key}: {train(study, run, given.out, rows)}", flush=True)
    dev = corpus_of(given.corpus, "dev", sides)
    for search, options in SEARCHES.items():
        found = {
            setting.name: [
                outputs(runs[setting.name, seed], given.out, dev, search, options, given.inference_dtype)
                for seed in given.seeds
            ]
            for setting in SETTINGS
        }
        print(f"\n{search}\n", *compared(found, dev.references), sep="\n", flush=True)
    if given.other:
        print(
            "",
            *other_domain(given, runs, corpus_of(given.other, given.other_split, sides, given.other_pairs)),
            sep="\n",
        )


def other_domain(
    given: argparse.Namespace, runs: dict[tuple[str, int], Run], corpus: Corpus
) -> Iterator[str]:
    """A row for each objective and search: BLEU, hallucinations, and the loss by a beam of 50."""
    yield markdown_row(
        "objective, search", "BLEU", "hallucinated, %", f"chrF2 < {UNRELATED:g}, %", "beam 50 less beam 5"
    )
    yield markdown_row(*["---"] * 5)
    for setting in SETTINGS:
        for search, options in SEARCHES.items():
            cells: list[list[float]] = [[], [], [], []]
            for seed in given.seeds:
                run = runs[setting.name, seed]
                found = outputs(run, given.out, corpus, search, options, given.inference_dtype)
                bleu = BLEU().corpus_score(found, [corpus.references]).score
                values = [bleu, *unlike(run, given.out, corpus, found)]
                if options is SEARCHES["beam 5"] and seed == given.seeds[0]:
                    wide = outputs(run, given.out, corpus, "beam 50", WIDE, given.inference_dtype)
                    values.append(BLEU().corpus_score(wide, [corpus.references]).score - bleu)
                for cell, value in zip(cells, values, strict=False):
                    cell.append(value)
            yield markdown_row(f"{setting.name}, {search}", *(spread(cell) for cell in cells))


if __name__ == "__main__":
    main()
