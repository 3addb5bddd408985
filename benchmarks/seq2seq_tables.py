"""Effect of each option of seq2seq: `python benchmarks/seq2seq_tables.py --out runs/options --minutes 15`.

Trains Multi30k en→de with each setting and each seed for a fixed time and scores dev with beam search. Tables: plain
(the decoder sees only the last latent state) and attention; kinds of recurrence and attention; options, one by one. On
processors with bfloat16, `--set train_dtype=bfloat16` makes more updates in the same time. Finished runs are stored in
`rows.json`, so a stopped command continues. With `--plot FILE`, BLEU by length of the source is plotted for the table
`plain` (mean of the seeds). The test split is not read.
"""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from tables import Rows, Setting, Study, parser_of, rows_of, run

MODEL = "seq2seq"
TABLES = {
    "plain": [Setting("plain", MODEL, ("attention=none",)), Setting("attention", MODEL)],
    "recurrence": [
        Setting("lstm", MODEL),
        *(Setting(name, MODEL, (f"recurrence={name}",)) for name in ("gru", "rnn", "sru")),
    ],
    "attention": [
        Setting("dot", MODEL),
        *(Setting(name, MODEL, (f"attention={name}",)) for name in ("none", "general", "additive")),
        Setting("dot, input feeding", MODEL, ("input_feeding=true",)),
    ],
    "options": [
        Setting("defaults", MODEL),
        *(
            Setting(text, MODEL, (text,))
            for text in (
                "layer_norm=true",
                "encoder_layers=2",
                "decoder_layers=2",
                "tied=false",
                "joint=false",
                "dropout=0",
                "label_smoothing=0",
                "sampling=0.1",
                "average=0",
                "accumulate=4",
                "train_dtype=float32",
                "bidirectional=false",
            )
        ),
        Setting("two layers, residual", MODEL, ("encoder_layers=2", "decoder_layers=2", "residual=true")),
    ],
}


def score(scores: dict[str, Any]) -> dict[str, Any]:
    """BLEU and chrF on dev, and BLEU by length of the source."""
    found = {name: scores["metrics"][name]["score"] for name in ("BLEU", "chrF2")}
    return {**found, "by_length": scores["by_length"]}


STUDY = Study(
    __doc__ or "",
    TABLES,
    ["BLEU", "chrF2"],
    score,
    "multi30k",
    ("--source", "en", "--target", "de"),
    15,
    "updates",
)


def main() -> None:
    """Print the tables, then make the plot if requested."""
    parser = parser_of(STUDY)
    parser.add_argument("--plot", type=Path, help="a PNG of BLEU by length of the source")
    arguments = parser.parse_args()
    rows = run(STUDY, arguments)
    if arguments.plot:
        plot(rows, arguments, arguments.plot)


def plot(rows: Rows, arguments: Any, path: Path) -> None:
    """Plot BLEU by length of the source, a line for each setting of the table `plain`."""
    figure = Figure(figsize=(6, 3.5), layout="constrained")
    axes = figure.subplots()
    for setting in TABLES["plain"]:
        done = [run["by_length"] for run in rows_of(setting, rows.found, arguments).values()]
        buckets = list(zip(*done, strict=True))
        spans = [f"{b['first']}–{b['last']}" if b["last"] else f"{b['first']} and more" for b, *_ in buckets]
        axes.plot(
            spans, [statistics.mean(b["bleu"] for b in same) for same in buckets], "o-", label=setting.name
        )
    axes.set(xlabel="words of the source", ylabel="BLEU on dev")
    axes.legend()
    figure.savefig(path)


if __name__ == "__main__":
    main()
