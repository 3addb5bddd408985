"""Targets that take a string: segmentation, tagging, lemmas, terminal output, options, limits, paths."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from fuzzing import valid
from fuzzing.mutate import text_of
from fuzzing.readers import WRITTEN, Target, rewritten
from seqkit.config import bytes_in, fill, parse_settings
from seqkit.errors import did_you_mean
from seqkit.examples import RawText, Sentence, SourceLocation
from seqkit.io.limits import parse_limits
from seqkit.io.safe_paths import fault_of_address, fault_of_path
from seqkit.io.visible import visible, visible_json, visible_lines
from seqkit.labels.edit_scripts import decode, encode
from seqkit.text.segmenters import RuleSegmenter, Segmenter
from seqkit.training.options import TrainingOptions

LANGUAGES = ("en", "de", "xx", "ja", "fr", "tr")


@cache
def by_rules(language: str) -> Segmenter:
    """The rule-based segmenter of a language."""
    return RuleSegmenter(language)


@cache
def tagger() -> Any:
    """The shipped tagger."""
    import seqkit

    return seqkit.load("en-tagger")


def prepare() -> None:
    """Load shared objects before processes are forked."""
    for language in LANGUAGES:
        list(by_rules(language).sentences([RawText("A b.", SourceLocation("a", 1))]))
    tagger().tag("She left.")
    rewritten(valid.sentences(), "spacy")


def split(random: Random, folder: Path) -> object:
    """Split a text by rules. The joined sentences must equal the text, and every format must accept them."""
    text = text_of(random)
    found = list(by_rules(random.choice(LANGUAGES)).sentences([RawText(text, SourceLocation("a", 1))]))
    if found:  # a text without words has no sentences
        assert "".join(sentence.text for sentence in found) == text, f"text changed: {text!r}"
    return rewritten(found, random.choice(WRITTEN)) if random.random() < 0.2 else len(found)


def tagged(random: Random, folder: Path) -> object:
    """Tag a text with the shipped model in numpy."""
    text = text_of(random)
    found = tagger().tag(text)
    if found:  # a text without words has no sentences
        assert "".join(sentence.text for sentence in found) == text, f"text changed: {text!r}"
    for sentence in found:
        assert all(len(labels) == len(sentence.words) for labels in sentence.labels.values())
    return rewritten(found, random.choice(WRITTEN))


def scripts(random: Random, folder: Path) -> object:
    """Create and apply edit scripts of lemmas."""
    word, lemma = text_of(random)[:30], text_of(random)[:30]
    return decode(word, encode(word, lemma)), decode(lemma, encode(word, lemma))


def shown(random: Random, folder: Path) -> object:
    """Check that terminal output contains no control characters."""
    text = text_of(random) + random.choice(("\x1b]0;a\x07", "\x9b31m", "\u202e", "\r"))
    for safe in (visible(text), visible_lines(text), visible_json(text)):
        assert not any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in safe), repr(safe)
    return len(text)


def settings(random: Random, folder: Path) -> object:
    """Parse `--set` options."""
    key = random.choice(("hidden", "lr", "epochs", "objective.samples", "batch_words", "x", "", "seed"))
    value = random.choice(
        (text_of(random), "1", "9" * 5000, "[" * 3000, "1e999", "nan", "true", "{a=1}", "0x" + "f" * 400)
    )
    return fill({"training": TrainingOptions}, parse_settings([f"{key}={value}"]))


def limits(random: Random, folder: Path) -> object:
    """Parse limits and sizes."""
    text = random.choice((text_of(random), "line=64MB", "line=1e99", "depth=" + "9" * 5000, "seconds=nan"))
    return parse_limits([text])


def sizes(random: Random, folder: Path) -> object:
    """Check ranges of options."""
    return bytes_in("memory", random.choice((text_of(random)[:20], "5GB", "9" * 5000, "1.5", "²GB")))


def paths(random: Random, folder: Path) -> object:
    """Check paths and URLs of a manifest."""
    text = text_of(random) + random.choice(("", "/..", "http://[::1", "\0", "~x"))
    return fault_of_path(text), fault_of_address(text), did_you_mean(text, ["a", "upos"])


def writing(random: Random, folder: Path) -> object:
    """Write sentences with unusual words and labels in every format."""
    words = [word for word in (text_of(random) for _ in range(random.randint(0, 5))) if word.strip()]
    labels = {
        kind: [text_of(random)[:8] or "_" for _ in words]
        for kind in ("upos", "xpos", "feats", "lemma", "ner")
    }
    spaces = [random.choice(("", " ", "\n", "\u3000", "\x1f")) for _ in words]
    sentence = Sentence(words, labels if random.random() < 0.7 else {}, spaces=random.choice((None, spaces)))
    return rewritten([sentence, *valid.sentences()], random.choice(WRITTEN))


TARGETS: dict[str, tuple[int, Target]] = {
    "split": (10, split),
    "tagged": (1, tagged),
    "scripts": (3, scripts),
    "shown": (5, shown),
    "settings": (4, settings),
    "limits": (2, limits),
    "sizes": (2, sizes),
    "paths": (4, paths),
    "writing": (4, writing),
}
"""Name -> share of the cases, and the target."""
