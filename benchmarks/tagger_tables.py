"""Tables of models, optimizers and parts: `python benchmarks/tagger_tables.py --out runs/tables --minutes 10`.

Trains each setting with each seed (`--seeds 1 2 3`) for a fixed time and scores dev. Tables: models; optimizers;
leave-one-out of the parts of the default tagger. Each finished run is one row of `rows.json` in `--out` and is not
repeated, so a stopped command continues. Every run has one thread; `--parallel` needs as many idle cores. The test
split is not read.
"""

from __future__ import annotations

from typing import Any

from tables import Setting, Study, parser_of, run

MEASURES = {"UPOS": "overall", "unknown words": "unknown", "sentences": "sentences"}

# The default learning rate of 0.002 suits Adam; SGD makes no progress with it.
SGD = ("optimizer=sgd", "learning_rate=0.2")
TABLES = {
    "models": [Setting(name, name) for name in ("rnn", "birnn", "deeprnn", "lstm", "gru")],
    "optimizers": [
        Setting("SGD", "lstm", (*SGD, "clip=0")),
        Setting("SGD, clipping", "lstm", SGD),
        Setting("Adam", "lstm", ("clip=0",)),
        Setting("Adam, clipping", "lstm"),
    ],
    "parts": [
        Setting("everything", "lstm"),
        Setting("no pieces", "lstm", ("piece_size=0",)),
        Setting("no characters", "lstm", ("char_size=0",)),
        Setting("no words", "lstm", ("word_size=0",)),
        Setting("no affixes", "lstm", ("affix_size=0",)),
        Setting("no sampling", "lstm", ("sampling=0",)),
        Setting("no averaging", "lstm", ("average=0",)),
        Setting("UPOS alone", "lstm", options=("--label", "upos")),
        Setting("with a CRF", "lstm", ("crf=upos",)),
    ],
}


def score(scores: dict[str, Any]) -> dict[str, Any]:
    """Accuracies on dev, in per cent."""
    upos = scores["kinds"]["upos"]
    return {name: 100 * upos[group]["accuracy"] for name, group in MEASURES.items()}


STUDY = Study(__doc__ or "", TABLES, list(MEASURES), score, "ud-english-ewt")

if __name__ == "__main__":
    run(STUDY, parser_of(STUDY).parse_args())
