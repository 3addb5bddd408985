"""Models with placeholders in their vocabulary."""

from __future__ import annotations

from toy_translation import tiny

from seqkit.decoding.options import DecodingOptions
from seqkit.examples import Pair
from seqkit.tasks.seq2seq.apply import LineHandling, translate_lines
from seqkit.tasks.seq2seq.trainable import Seq2SeqTrainable
from seqkit.text.placeholders import SYMBOLS


def test_placeholders_are_symbols_of_both_sides_and_stay_whole():
    """Trained with them, a vocabulary holds each as one piece, wherever it is written."""
    model = tiny(placeholders=True, joint=False)
    assert tuple(model.decoder.placeholders) == SYMBOLS and tuple(tiny().decoder.placeholders) == ()
    (row,) = model.encoders["text"].pieces.ids([f"one {SYMBOLS[0]}th two"])
    assert [model.encoders["text"].subword.piece(piece) for piece in row].count(SYMBOLS[0]) == 1
    line = f"eins {SYMBOLS[1]} zwei"
    assert model.decoder.read(model.decoder.symbols(line)).replace(" ", "") == line.replace(" ", "")


def test_training_replaces_what_both_sides_have():
    data = [Pair({"text": f"one {number} two"}, f"zwei {number} eins") for number in range(100, 140)]
    task = Seq2SeqTrainable(tiny(placeholders=True), data, [])
    batch = task.collate(range(40), seed=3)
    first = task.model.decoder.subword.encode_lines(list(SYMBOLS))
    symbols = {row[-1] for row in first}
    shares = [
        sum(bool(symbols & set(row)) for row in ids.tolist())
        for ids in (batch.sources["text"].ids_BS, batch.target.targets_BT)
    ]
    assert shares[0] == shares[1] > 20


def test_a_model_that_has_learnt_nothing_still_keeps_every_part():
    """Its placeholders come out by force, so that the translation is in doubt."""
    models = [tiny(placeholders=True)]
    lines = ["one 12.11.2024 two 17 three", "one two https://x.org/a three", "one ⟦0⟧ two", "four five"]
    found = [own[0] for own in translate_lines(models, lines, DecodingOptions(beam=2), LineHandling())]
    for one, parts in zip(found, (["12.11.2024", "17"], ["https://x.org/a"], ["⟦0⟧"], []), strict=True):
        assert all(one.text.count(part) == 1 for part in parts)
        assert one.doubtful == bool(parts)
    plain = list(translate_lines(models, lines[3:], DecodingOptions(beam=2)))
    assert found[3].text == plain[0][0].text
