"""How sacreBLEU (Post 2018) is to cut the text of a language into words."""

from __future__ import annotations

from dataclasses import dataclass

from seqkit.errors import SeqkitError, did_you_mean
from seqkit.text.languages import language_of, writes_blanks

DEFAULT = "13a"
OF_LANGUAGE = {"ja": "ja-mecab", "ko": "ko-mecab", "zh": "zh", "yue": "zh"}
"""Language -> how its text is cut into words. sacreBLEU's own default, 13a, looks for blanks."""
EXTRAS = {"ja-mecab": "ja", "ko-mecab": "ko"}
FALLBACK = "char"


@dataclass(frozen=True)
class Tokenizer:
    """How BLEU cuts text into words. `note` says why it is not the language's usual one."""

    name: str
    note: str = ""


def tokenizer_for(side: str, wanted: str = "") -> Tokenizer:
    """The tokenizer asked for, else the one for a language.

    Where the usual one of a language is not installed, characters are words, and the note says so.
    Raises SeqkitError for a name that sacreBLEU does not know, and for one asked for that cannot be had.
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
            fix = install or "Take another, such as --tokenize char."
            raise SeqkitError(f"--tokenize {name}: cannot be had ({reason})", fix) from error
        note = f"BLEU counts characters as words: the tokenizer {name} is not installed. {install}"
        return Tokenizer(FALLBACK, note.strip())
    return Tokenizer(name)
