"""Choose the tokenizer of sacreBLEU (Post 2018) for a language."""

from __future__ import annotations

from dataclasses import dataclass

from seqkit.errors import SeqkitError, did_you_mean
from seqkit.text.languages import language_of, writes_blanks

DEFAULT = "13a"
OF_LANGUAGE = {"ja": "ja-mecab", "ko": "ko-mecab", "zh": "zh", "yue": "zh"}
"""Language -> tokenizer. sacreBLEU's default, 13a, needs spaces between words."""
EXTRAS = {"ja-mecab": "ja", "ko-mecab": "ko"}
FALLBACK = "char"


@dataclass(frozen=True)
class Tokenizer:
    """A tokenizer of BLEU. `note` explains a deviation from the usual one of the language."""

    name: str
    note: str = ""


def tokenizer_for(side: str, wanted: str = "") -> Tokenizer:
    """The requested tokenizer, or the usual one of a language.

    If the usual one is not installed, characters count as words, with a note. Raises SeqkitError for an unknown name,
    and for a requested tokenizer that is not installed.
    """
    from sacrebleu.metrics.bleu import BLEU

    language = language_of(side)
    usual = OF_LANGUAGE.get(language, DEFAULT if writes_blanks(side) else FALLBACK)
    name = wanted or usual
    if name not in BLEU.TOKENIZERS:
        raise SeqkitError(
            f"--tokenize {name}: no such tokenizer", did_you_mean(name, BLEU.TOKENIZERS), exit_code=2
        )
    try:
        BLEU(tokenize=name)
    except (ImportError, OSError, RuntimeError) as error:
        reason = " ".join(str(error).split())
        install = f'Install it: pip install "sacrebleu[{EXTRAS[name]}]"' if name in EXTRAS else ""
        if wanted:
            fix = install or "Choose another, such as --tokenize char."
            raise SeqkitError(f"--tokenize {name}: not available ({reason})", fix) from error
        note = f"BLEU counts characters as words: the tokenizer {name} is not installed. {install}"
        return Tokenizer(FALLBACK, note.strip())
    return Tokenizer(name)
