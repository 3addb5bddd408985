"""Pictures of trained models of several modalities, for docs/models/any-to-any.md.

    python docs/plots/modalities.py --fsdd-strings runs/strings --digit-lines runs/ocr --moving-digits runs/caption \
        --drawing runs/draw

Each model writes what it makes of an example of dev, and its attention is laid over what it read. The model that draws
is asked for films whose captions training never had. Models that are not named are left out.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from seqkit.data.catalogue import find_corpus, made_items
from seqkit.decoding.options import DecodingOptions
from seqkit.evaluation.attention import alignment, media_heat_map
from seqkit.examples import Item
from seqkit.inference.generation import generate
from seqkit.models.artifact import load_for

IMAGES = Path(__file__).parents[1] / "images"
READING = ("fsdd-strings", "digit-lines", "moving-digits")
SHOWN = {"fsdd-strings": 4, "digit-lines": 6, "moving-digits": 2}
"""Index of the example of dev, one of medium length."""
CAPTIONS = 4
EVERY = 2
"""Plotted frames of a film: every second one."""


def main() -> None:
    """Draw a plot for each given model."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in (*READING, "drawing"):
        parser.add_argument(f"--{name}", help="folder of a trained model")
    given = vars(parser.parse_args())
    for corpus in READING:
        if folder := given[corpus.replace("-", "_")]:
            read(corpus, folder)
    if given["drawing"]:
        draw(given["drawing"])


def read(corpus: str, folder: str) -> None:
    """Plot the attention over one example to docs/images/CORPUS.png."""
    model = load_for("seq2seq", folder)
    (modality,) = model.encoders
    source = {modality: items(corpus, "dev")[SHOWN[corpus]].reads[modality]}
    output = generate([model], [source], DecodingOptions())[0][0].value
    encoder = model.encoders[modality]
    found = alignment(model, source, output)
    media_heat_map(IMAGES / f"{corpus}.png", found, encoder.view(source[modality]), encoder.unit)
    print(f"{corpus}: {output}")


def draw(folder: str) -> None:
    """Plot generated films for captions that occur only in test, one per row, to docs/images/drawing.png."""
    from PIL import Image

    model = load_for("seq2seq", folder)
    told = [item.reads["text"] for item in items("moving-digits", "test")]
    captions = sorted({caption for caption in told if caption.count("digit") == 2})[::5][:CAPTIONS]
    films = [
        found[0].value for found in generate([model], [{"text": one} for one in captions], DecodingOptions())
    ]
    rows = [
        np.concatenate(
            [np.pad(frame, 1, constant_values=96) for frame in film.frames_FHWC[::EVERY, :, :, 0]], 1
        )
        for film in films
    ]
    Image.fromarray(np.concatenate(rows)).resize((rows[0].shape[1] * 2, 2 * sum(map(len, rows))), 0).save(
        IMAGES / "drawing.png"
    )
    print("\n".join(captions))


def items(corpus: str, split: str) -> list[Item]:
    """The first examples of a generated corpus."""
    return [item for item, _ in zip(made_items(find_corpus(corpus), split), range(100), strict=False)]


if __name__ == "__main__":
    main()
