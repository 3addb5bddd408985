"""Options of training and evaluating taggers. Imports no torch, because help pages show them."""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

from seqkit.config import check_range
from seqkit.errors import SeqkitError
from seqkit.models.folder import absolute_model
from seqkit.training.request import TaskOptions


@dataclass(frozen=True)
class TaggingOptions(TaskOptions):
    """Labels and teachers of a tagger's training."""

    gold: str = ""
    """Label raw text with a spaCy pipeline, spacy:NAME_OR_PATH."""
    teacher: tuple[str, ...] = ()
    """A teacher for distillation: name or folder; may be repeated."""
    label: tuple[str, ...] = ()
    """Kinds of label, separated by commas, such as upos,xpos,feats,ner. Default: all that are read by default."""
    lang: str = ""
    """Language code of the text. Default: the corpus's, else xx."""
    add_label: tuple[str, ...] = ()
    """With --from: further kinds of label that the model learns, separated by commas, such as lemma."""
    only_added: bool = False
    """With --add-label: learn only the new kinds, and leave the rest of the network and its labels unchanged."""
    with_segmenter: bool = True
    """Also train a segmenter, if the data have their text, so that raw text is split as the data are."""
    rough: float = field(default=0.1, metadata={"unit": "share"})
    """Share of additional training sentences that are cut, joined or without final punctuation, as in raw text with
    wrong sentence boundaries."""
    teacher_weight: float = field(default=0.7, metadata={"unit": "share"})
    """With teachers: weight of their loss on labelled words."""
    noisy_copies: int = field(default=3, metadata={"unit": "copies"})
    """With teachers: number of noisy copies of the training split that they label."""
    noise: float = field(default=0.2, metadata={"unit": "share"})
    """Share of words in a noisy copy that are replaced by others with the same label."""
    bptt_window: int = 0
    """Words after which back-propagation through time stops (Williams & Peng 1990), in one direction; 0: nowhere."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value out of range."""
        check_range(self, 0, 1, "teacher_weight", "noise", "rough")
        check_range(self, 0, inf, "noisy_copies")
        check_range(self, 0, 100_000, "bptt_window")

    def resolved(self) -> TaggingOptions:
        """Paths absolute; each kind of label once."""
        pipeline = self.gold.removeprefix("spacy:")
        return dataclasses.replace(
            self,
            teacher=tuple(map(absolute_model, self.teacher)),
            gold=f"spacy:{os.path.abspath(pipeline)}" if os.sep in pipeline else self.gold,
            label=_kinds_in(self.label),
            add_label=_kinds_in(self.add_label),
        )

    def check(self) -> None:
        """Raise SeqkitError for options of distillation without a teacher."""
        plain = TaggingOptions()
        for name in ("teacher_weight", "noisy_copies", "noise"):
            if not self.teacher and getattr(self, name) != getattr(plain, name):
                problem = f"option {name}={getattr(self, name)}: it is for --teacher"
                raise SeqkitError(problem, "Leave it out.", exit_code=2)


def _kinds_in(given: tuple[str, ...]) -> tuple[str, ...]:
    """Kinds of label from an option that may be repeated, each of which may have commas."""
    kinds = (kind.strip() for several in given for kind in several.split(","))
    return tuple(dict.fromkeys(filter(None, kinds)))


@dataclass(frozen=True)
class TaggingEvaluation:
    """How a tagger is measured."""

    label: str = ""
    """Kinds of label, separated by commas, such as upos,xpos,feats,ner. Default: all."""
    gold: str = ""
    """Score against the labels of a spaCy pipeline, spacy:NAME_OR_PATH."""
    raw: bool = False
    """Split the raw text again and report word-aligned scores."""
    lang: str = ""
    """Language code for --raw. Default: the model's."""
    segmenter: str = ""
    """Segmenter for --raw: name or folder, or spacy (rules). Default: the model's."""
    confusion_plot: Path | None = None
    """Plot of the confusions of the first kind of label (.png, .pdf, .svg)."""
    calibration: bool = False
    """Report the calibration of probabilities before and after temperature scaling."""


@dataclass(frozen=True)
class SilverApplication:
    """How a spaCy pipeline is applied to files."""

    spacy: str = ""
    """The pipeline: name or folder."""


@dataclass(frozen=True)
class TaggingApplication:
    """How a tagger is applied to files."""

    label: str = ""
    """Only these kinds of label, separated by commas. Default: all of the model."""
    top: int = 0
    """Write this many of the most probable labels (jsonl)."""
    probabilities: bool = False
    """Write the probability of each label (jsonl)."""
    lang: str = ""
    """Language code of raw text. Default: the model's."""
    segmenter: str = ""
    """Segmenter of raw text: name or folder, or spacy (rules). Default: the model's."""
    pretokenized: bool = False
    """One sentence a line, words separated by spaces."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value out of range."""
        check_range(self, 0, 1_000_000, "top")
