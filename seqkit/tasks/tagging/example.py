"""A treebank of a few sentences, for the conformance suite."""

from __future__ import annotations

from pathlib import Path

from seqkit.io.atomic import write_text
from seqkit.tasks.example import TaskExample

LEXICON = {
    "the": ("DET", "DT", "Definite=Def|PronType=Art"),
    "a": ("DET", "DT", "Definite=Ind|PronType=Art"),
    "dog": ("NOUN", "NN", "Number=Sing"),
    "dogs": ("NOUN", "NNS", "Number=Plur"),
    "barks": ("VERB", "VBZ", "Number=Sing|Person=3"),
    "sleep": ("VERB", "VBP", "_"),
    "loudly": ("ADV", "RB", "_"),
    ".": ("PUNCT", ".", "_"),
}
SENTENCES = (
    "the dog barks .",
    "dogs sleep",
    "a dog barks loudly .",
    "the dogs sleep loudly .",
    "a dog barks .",
)
SMALL = {
    **{"hidden": 8, "word_size": 6, "piece_size": 4, "char_size": 4, "char_hidden": 5, "vocab_size": 40},
    **{"min_count": 1, "dropout": 0.0, "word_dropout": 0.0, "sampling": 0.0, "joint_labels": False},
    **{"epochs": 2, "batch_words": 20, "average": 0.0, "affix_size": 0},
}


def example(folder: Path) -> TaskExample:
    """Five sentences of known words."""
    blocks = ["".join(f"{row}\n" for row in rows(sentence)) for sentence in SENTENCES]
    treebank, text = folder / "few.conllu", folder / "few.txt"
    write_text(treebank, "".join(f"{block}\n" for block in blocks))
    write_text(text, "The dog barks. Dogs sleep.\n\nA dog barks loudly.\n")
    options = {"train": (str(treebank),), "dev": (str(treebank),), **SMALL}
    return TaskExample("lstm", options, evaluate=str(treebank), apply=(str(text), str(treebank)))


def rows(sentence: str) -> list[str]:
    """The lines of a sentence in CoNLL-U, the first word its root."""
    words = sentence.split()
    return [
        "\t".join(
            [
                str(n),
                word,
                word.removesuffix("s"),
                upos,
                xpos,
                feats,
                str(n - 1),
                "root" if n == 1 else "dep",
                "_",
                "_",
            ]
        )
        for n, word in enumerate(words, start=1)
        for upos, xpos, feats in [LEXICON[word]]
    ]
