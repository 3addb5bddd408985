"""`seqkit evaluate` for sequence-to-sequence models that write text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from seqkit.cli.evaluate_outputs import add_to_card, decoding_of, head_of, title_of
from seqkit.cli.inputs import TAGGERS
from seqkit.cli.render import print_tables, say, show_json

if TYPE_CHECKING:
    from seqkit.evaluation.translation import Compared, TranslationScores
    from seqkit.formats.examples import Pair

OPTIONS = (
    *("source", "target", "beam", "length_penalty", "max_ratio", "tokenize", "judge"),
    *("max_seconds", "max_pixels", "max_frames"),
)
"""Options of the command that only these models take."""


def evaluate_translation(model: str, source: str, split: str, given: dict[str, Any]) -> None:
    """Measure a model's outputs against a reference. `given` are the other options of the command."""
    from seqkit.cli.evaluate_items import check_reads_same, evaluate_items
    from seqkit.errors import SeqkitError
    from seqkit.evaluation.resampling import few
    from seqkit.evaluation.sacre import tokenizer_for
    from seqkit.evaluation.translation import compare_translations, score_translations
    from seqkit.evaluation.translation_report import card_lines
    from seqkit.formats.examples import Problems
    from seqkit.items import reads_items
    from seqkit.models.artifact import load_for
    from seqkit.pairs import read_pairs, sides_of

    translator = load_for("seq2seq", model, TAGGERS, given["precision"])
    if reads_items(source, list(translator.encoders), translator.options.decoder):
        evaluate_items(translator, model, source, split, given)
        return
    if given["judge"]:
        raise SeqkitError("--judge: the model writes text", "It is for models that draw.", exit_code=2)
    own = translator.facts
    sides = sides_of(source, given["source"] or own.source_language, given["target"] or own.target_language)
    tokenizer = tokenizer_for(sides[1], given["tokenize"])
    rival = load_for("seq2seq", given["compare"], TAGGERS, given["precision"]) if given["compare"] else None
    if rival is not None:
        check_reads_same(translator, rival, given["compare"])
    problems = Problems(skip=given["skip_bad"])
    (encoder,) = translator.encoders
    pairs = list(read_pairs(source, split, *sides, problems, longest=0, encoder=encoder))
    say(problems.summary())
    if not pairs:
        raise SeqkitError(f"{source}: holds no pair to evaluate on", "Give a file with source and target.")
    say(tokenizer.note)
    outputs = _outputs(translator, pairs, given)
    references = [str(pair.target) for pair in pairs]
    say(_unreachable(references))
    sources = [pair.sources[encoder] for pair in pairs]
    scores = score_translations(sources, outputs, references, sides, tokenizer)
    comparison: list[Compared] = []
    if rival is not None:
        say(few(len(pairs)))
        others = _outputs(rival, pairs, given)
        comparison = compare_translations(outputs, others, references, sides[1], tokenizer)
    head = head_of(model, source, split, f"{sides[0]} to {sides[1]}", given)
    if given["card"]:
        add_to_card(head, card_lines(scores))
    _show(head, scores, comparison, given["as_json"])


def _unreachable(references: Sequence[str]) -> str:
    """A note on references that no output can equal letter for letter, for models write composed characters."""
    from unicodedata import is_normalized

    count = sum(not is_normalized("NFC", reference) for reference in references)
    if not count:
        return ""
    return f"{count:,} reference(s) are not composed (NFC), as outputs are: BLEU, chrF and TER count that as errors"


def _outputs(translator: Any, pairs: Sequence[Pair], given: dict[str, Any]) -> list[str]:
    """The best output for each pair's source."""
    from seqkit.decoding.options import DecodingOptions
    from seqkit.inference.translation import translate_lines

    lines = (line for pair in pairs for line in pair.sources.values())
    found = translate_lines([translator], lines, DecodingOptions(**decoding_of(given)))
    return [translations[0].text if translations else "" for translations in found]


def _show(
    head: dict[str, Any], scores: TranslationScores, comparison: Sequence[Compared], as_json: bool
) -> None:
    from seqkit.evaluation.translation_report import (
        compared_dicts,
        compared_table,
        translation_dict,
        translation_tables,
    )

    if as_json:
        found = head | translation_dict(scores)
        if comparison:
            found["comparison"] = compared_dicts(comparison)
        show_json(found)
        return
    tables = translation_tables(scores) + ([compared_table(comparison)] if comparison else [])
    print_tables(title_of(head, scores.pairs), tables)
