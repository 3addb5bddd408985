"""Fixtures: a small treebank, and models trained on it quickly."""

from __future__ import annotations

from dataclasses import replace

import torch

from seqkit.examples import Sentence
from seqkit.extend.build import facts_class
from seqkit.extend.manager import load, registry
from seqkit.inference.tagger import TaggerRunner
from seqkit.nn.heads import SoftmaxHead
from seqkit.tasks.tagging.losses import distilled_loss, tagging_loss

LEXICON = {
    "the": ("DET", "DT", "Definite=Def|PronType=Art"),
    "a": ("DET", "DT", "Definite=Ind|PronType=Art"),
    "dog": ("NOUN", "NN", "Number=Sing"),
    "dogs": ("NOUN", "NNS", "Number=Plur"),
    "cat": ("NOUN", "NN", "Number=Sing"),
    "cats": ("NOUN", "NNS", "Number=Plur"),
    "barks": ("VERB", "VBZ", "Number=Sing|Person=3|Tense=Pres"),
    "sleeps": ("VERB", "VBZ", "Number=Sing|Person=3|Tense=Pres"),
    "sleep": ("VERB", "VBP", "Tense=Pres"),
    "loudly": ("ADV", "RB", "_"),
    ".": ("PUNCT", ".", "_"),
}


def sentence(text: str) -> Sentence:
    """Words by spaces, labels from the lexicon."""
    words = text.split()
    upos, xpos, feats = (list(column) for column in zip(*(LEXICON[word] for word in words), strict=True))
    return Sentence(words, {"upos": upos, "xpos": xpos, "feats": feats})


TREEBANK = [
    sentence(text)
    for text in (
        "the dog barks .",
        "a cat sleeps .",
        "the cats sleep loudly .",
        "dogs sleep .",
        "a dog barks loudly .",
        "the cat sleeps",
        "the dogs sleep .",
        "a cat barks .",
    )
]
SMALL = {
    "hidden": 8,
    "word_size": 6,
    "piece_size": 4,
    "char_size": 4,
    "char_hidden": 5,
    "vocab_size": 40,
    "min_count": 1,
    "dropout": 0.0,
    "word_dropout": 0.0,
    "sampling": 0.0,
}


def tagging_models() -> list[str]:
    """Every registered tagger, those of third-party plugins included."""
    return [
        registered.spec.name for registered in registry().all("models") if registered.spec.task == "tagging"
    ]


def tiny(name: str, labels: tuple[str, ...] = ("upos", "xpos", "feats"), **options):
    """An untrained model of that name, seeded."""
    spec = registry().find("models", name)
    chosen = replace(spec.options(), **{**SMALL, **options})
    torch.manual_seed(7)
    return load(spec.build)(chosen, facts_class(spec).gather(TREEBANK, chosen, labels, "en"))


def predict(model, sentences=TREEBANK):
    """Labels predicted by a new runner without a cache."""
    return TaggerRunner(model).predict(sentences)


def plain_heads(logits):
    """A softmax head for each kind of label; its loss is computed from the logits, not from its weights."""
    return {kind: SoftmaxHead(1, logits_BTL.shape[2]) for kind, logits_BTL in logits.items()}


def softmax_loss(logits, targets, label_smoothing=0.0):
    """The loss of steps each on its own; every row is of full length."""
    rows, steps = next(iter(targets.values())).shape
    lengths_B = torch.full((rows,), steps)
    return tagging_loss(plain_heads(logits), logits, targets, lengths_B, label_smoothing)


def taught_loss(logits, targets, soft, teacher_weight):
    """The loss with teachers, of steps each on its own; every row is of full length."""
    rows, steps = next(iter(targets.values())).shape
    lengths_B = torch.full((rows,), steps)
    return distilled_loss(plain_heads(logits), logits, targets, lengths_B, soft, teacher_weight)
