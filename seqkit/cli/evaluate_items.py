"""`seqkit evaluate` for sequence-to-sequence models that read or write more than text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from seqkit.cli.evaluate_outputs import add_to_card, decoding_of, head_of, title_of
from seqkit.cli.render import print_tables, say, show_json

if TYPE_CHECKING:
    from seqkit.evaluation.drawing import DrawingScores
    from seqkit.evaluation.recognition import RecognitionScores
    from seqkit.evaluation.report import Table
    from seqkit.formats.examples import Pair


def evaluate_items(translator: Any, model: str, source: str, split: str, given: dict[str, Any]) -> None:
    """Measure by modality: text that was read, or what was drawn. `given` are the other options of the command."""
    from seqkit.cli.limits import limits_of
    from seqkit.errors import SeqkitError
    from seqkit.evaluation.recognition_report import table_lines
    from seqkit.formats.examples import Problems
    from seqkit.items import read_media_pairs

    encoders, decoder = list(translator.encoders), translator.options.decoder
    limits = limits_of(given["max_seconds"], given["max_pixels"], given["max_frames"])
    problems = Problems(skip=given["skip_bad"])
    pairs = list(read_media_pairs(source, split, encoders, decoder, problems, limits))
    say(problems.summary())
    if not pairs:
        raise SeqkitError(f"{source}: holds no pair to evaluate on", "Give a table with source and target.")
    head = head_of(model, source, split, f"{', '.join(encoders)} to {decoder}", given)
    found, tables = (_recognised if hasattr(translator.decoder, "read") else _drawn)(translator, pairs, given)
    if given["card"]:
        add_to_card(head, table_lines(len(pairs), tables))
    if given["as_json"]:
        show_json(head | found)
    else:
        print_tables(title_of(head, len(pairs)), tables)


def _recognised(
    translator: Any, pairs: Sequence[Pair], given: dict[str, Any]
) -> tuple[dict[str, Any], list[Table]]:
    """Text that was read from anything: scores for JSON, and as tables."""
    from seqkit.evaluation.recognition import compare_recognition, score_recognition
    from seqkit.evaluation.recognition_report import recognition_dict, recognition_tables
    from seqkit.evaluation.resampling import few
    from seqkit.evaluation.sacre import tokenizer_for
    from seqkit.evaluation.translation_report import compared_dicts, compared_table
    from seqkit.models.artifact import load_for

    _refuse_judge(given, "writes text")
    side = given["target"] or translator.facts.target_language
    tokenizer = tokenizer_for(side, given["tokenize"])
    outputs, references = texts(translator, pairs, given), [str(pair.target) for pair in pairs]
    scores: RecognitionScores = score_recognition(outputs, references, side, tokenizer)
    found, tables = recognition_dict(scores), recognition_tables(scores)
    if given["compare"]:
        rival = load_for("seq2seq", given["compare"], {}, given["precision"])
        check_reads_same(translator, rival, given["compare"])
        say(few(len(pairs)))
        rows = compare_recognition(outputs, texts(rival, pairs, given), references)
        found["comparison"] = compared_dicts(rows)
        tables.append(compared_table(rows))
    return found, tables


def _drawn(
    translator: Any, pairs: Sequence[Pair], given: dict[str, Any]
) -> tuple[dict[str, Any], list[Table]]:
    """Outputs that are not text: their likelihood, and the verdict of the judge where one is named."""
    from seqkit.decoding.options import DecodingOptions
    from seqkit.errors import SeqkitError
    from seqkit.evaluation.drawing import DrawingScores, judged, log_likelihood
    from seqkit.evaluation.recognition_report import drawing_dict, drawing_tables
    from seqkit.formats.examples import Pair
    from seqkit.inference.translation import outputs_of

    for name in ("compare", "beam", "length_penalty", "max_ratio", "tokenize"):
        if given[name] not in (None, ""):
            option = f"--{name.replace('_', '-')}"
            raise SeqkitError(f"{option}: is for models that write text", "Leave it out.", exit_code=2)
    scores: DrawingScores = DrawingScores(len(pairs), log_likelihood(translator, pairs))
    if given["judge"]:
        name = translator.options.decoder
        judge = _judge(given["judge"], name)
        told = [_text_of(pair) for pair in pairs]
        outputs = list(outputs_of([translator], (pair.sources for pair in pairs), DecodingOptions()))
        drawn = [Pair({name: own[0].value if own else None}) for own in outputs]
        real = [Pair({name: pair.target}) for pair in pairs]
        verdicts = [judged(texts(judge, clips, given), told) for clips in (drawn, real)]
        scores = DrawingScores(len(pairs), scores.log_likelihood, *verdicts)
    return drawing_dict(scores), drawing_tables(scores)


def _judge(name: str, modality: str) -> Any:
    """The model that reads what was drawn. Raises SeqkitError for one that reads anything else."""
    from seqkit.errors import SeqkitError
    from seqkit.models.artifact import load_for

    judge = load_for("seq2seq", name, {})
    if list(judge.encoders) != [modality] or not hasattr(judge.decoder, "read"):
        problem = f"--judge {name}: reads {', '.join(judge.encoders)} and writes {judge.options.decoder}"
        raise SeqkitError(problem, f"It must read {modality} and write text.", exit_code=2)
    return judge


def _text_of(pair: Pair) -> str:
    from seqkit.errors import SeqkitError

    if "text" not in pair.sources:
        fix = "A judge compares what it reads with the text of the source."
        raise SeqkitError("--judge: the sources are not text", fix, exit_code=2)
    return str(pair.sources["text"])


def _refuse_judge(given: dict[str, Any], reason: str) -> None:
    from seqkit.errors import SeqkitError

    if given["judge"]:
        fix = "It is for models that draw; leave it out."
        raise SeqkitError(f"--judge: the model {reason}", fix, exit_code=2)


def check_reads_same(translator: Any, rival: Any, name: str) -> None:
    """Raise SeqkitError for a rival that reads or writes something else; one for other languages is told of."""
    from seqkit.errors import SeqkitError

    if list(rival.encoders) != list(translator.encoders) or not hasattr(rival.decoder, "read"):
        problem = f"--compare {name}: reads {', '.join(rival.encoders)} and writes {rival.options.decoder}"
        fix = f"Compare with a model from {', '.join(translator.encoders)} to text."
        raise SeqkitError(problem, fix, exit_code=2)
    own, others = (_direction(model) for model in (translator, rival))
    if own != others:
        say(f"--compare {name}: was trained for {' to '.join(others)}, the model for {' to '.join(own)}")


def _direction(model: Any) -> tuple[str, str]:
    return model.facts.source_language, model.facts.target_language


def texts(translator: Any, pairs: Sequence[Pair], given: dict[str, Any]) -> list[str]:
    """The best output for each pair's source."""
    from seqkit.decoding.options import DecodingOptions
    from seqkit.inference.translation import translate_sources

    # An input that is None could not be drawn.
    sources = (
        None if any(value is None for value in pair.sources.values()) else pair.sources for pair in pairs
    )
    found = translate_sources([translator], sources, DecodingOptions(**decoding_of(given)))
    return [translations[0].text if translations else "" for translations in found]
