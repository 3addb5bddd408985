"""Share of names that a translator copies: `python benchmarks/names.py de-en tatoeba-deu-eng de en`.

Replaces the name in each pair of dev that has one on both sides (see `seqkit.text.name_swaps`), equally often by a name
of the training split and by one made up of two. Prints the share of outputs with the new name, for both kinds. The
figure is not used for choices; the test split is not read.
"""

from __future__ import annotations

from translating import model_parser, translated

from seqkit.data.pairs import read_pairs
from seqkit.decoding.options import DecodingOptions
from seqkit.evaluation.report import markdown_row
from seqkit.examples import RecordErrors
from seqkit.text.name_swaps import WORD, Names

SEED = 1
MOST = 1000
"""Number of pairs that are translated."""


def main() -> None:
    """Print a row for each model."""
    parser = model_parser(__doc__)
    parser.add_argument("--split", default="dev")
    parser.add_argument("--inference-dtype", default="", help="number format of the computation")
    given = parser.parse_args()
    names = Names.of(list(read_pairs(given.corpus, "train", given.source, given.target, RecordErrors())))
    pairs = list(read_pairs(given.corpus, given.split, given.source, given.target, RecordErrors()))
    changed = [
        (str(after.sources["text"]), _new(str(before.sources["text"]), str(after.sources["text"])))
        for before, after in zip(pairs, names.exchanged(pairs, 1.0, SEED), strict=True)
        if after != before
    ][:MOST]
    print(markdown_row("model", "names of the corpus copied, %", "made-up names copied, %", "pairs"))
    print(markdown_row(*["---"] * 4))
    for model in given.model:
        outputs = translated(
            [model], [source for source, _ in changed], DecodingOptions(), given.inference_dtype
        )
        kept: dict[bool, list[bool]] = {True: [], False: []}
        for output, (_, name) in zip(outputs, changed, strict=True):
            kept[name in names.names].append(name in WORD.findall(output))
        shares = (f"{100 * sum(found) / max(len(found), 1):.1f}" for found in kept.values())
        print(markdown_row(model, *shares, f"{len(changed):,}"))


def _new(before: str, after: str) -> str:
    """The only word of a line that has changed."""
    words = zip(WORD.findall(before), WORD.findall(after), strict=True)
    return next(new for old, new in words if old != new)


if __name__ == "__main__":
    main()
