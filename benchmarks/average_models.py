"""Average the weights of models that were trained further from one (Wortsman et al. 2022, a uniform soup).

    python benchmarks/average_models.py de-en runs/more --out runs/average

The models have the same options and vocabularies. The average has the card of the last one and is not calibrated.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from seqkit.models.artifact import load_for, save_model
from seqkit.models.folder import CARD, model_folder


def main() -> None:
    """Write the average model."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", nargs="+", help="a model: name or folder")
    parser.add_argument("--out", type=Path, required=True, help="folder for the average")
    parser.add_argument("--weights-dtype", default="int8", help="of the file; default: int8")
    given = parser.parse_args()
    models = [load_for("seq2seq", name, "") for name in given.model]
    last, states = models[-1], [model.state_dict() for model in models]
    shapes = [{name: tensor.shape for name, tensor in state.items()} for state in states]
    if any(one != shapes[-1] for one in shapes):
        parser.error("the models differ in their weights' names or shapes")
    last.load_state_dict(
        {name: torch.stack([state[name] for state in states]).mean(0) for name in states[-1]}
    )
    card = (model_folder(given.model[-1]) / CARD).read_text(encoding="utf-8")
    save_model(given.out, "seq2seq", last, card, given.weights_dtype)


if __name__ == "__main__":
    main()
