"""Loop blocking: the symbols that a search excludes."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
import torch
from toy_translation import tiny

from seqkit.decoding.loops import ban_loops, limits_of, most_repeated
from seqkit.decoding.options import DecodingOptions
from seqkit.inference.generation import generate
from seqkit.inference.numpy.loading import opened_translator
from seqkit.models.artifact import save_model
from seqkit.models.folder import model_info


def test_the_most_frequent_three_in_a_row_are_counted():
    assert [most_repeated(row) for row in ([], [1, 2, 3], [1, 2, 3, 1, 2, 3], [7] * 6)] == [1, 1, 2, 4]
    assert limits_of([[1], [5, 6, 7, 5, 6, 7]], repeats=1) == [2, 3]


@pytest.mark.parametrize("made", [torch.tensor, np.array])
def test_a_symbol_that_would_complete_too_many_is_banned(made):
    symbols_NT = made([[1, 2, 3, 1, 2], [1, 2, 3, 1, 2], [1, 2, 4, 1, 3], [5, 5, 5, 5, 5]])
    log_p_NV = made([[0.0] * 6] * 4)
    ban_loops(log_p_NV, symbols_NT, [1, 2, 1, 3])
    banned = [[symbol for symbol, value in enumerate(row) if value == -math.inf] for row in log_p_NV.tolist()]
    assert banned == [[3], [], [], [5]]


@pytest.mark.parametrize("beam", [1, 3])
def test_a_model_that_would_write_one_piece_for_ever_is_stopped(beam, tmp_path):
    model = tiny(attention="dot")
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.decoder.output.bias.copy_(torch.linspace(-1, 1, len(model.decoder.output.bias)))
        model.decoder.output.bias[5] = 4.0  # always the same piece
    model.eval()
    sources = [{"text": "one two three"}, {"text": "one one one one one one"}]
    free = generate([model], sources, DecodingOptions(beam=beam, block_loops=False))
    blocked = generate([model], sources, DecodingOptions(beam=beam))
    # [5, 5, 5] may occur once more than the source repeats any three; then another piece or the end must come.
    for (looped,), (stopped,), limit in zip(free, blocked, (1, 4), strict=True):
        assert looped.value.count(model.decoder.subword.piece(5)[1:]) > limit + 4
        run = max(
            map(len, re.findall(r"5+", "".join(map(str, model.decoder.symbols(stopped.value))))), default=0
        )
        assert run <= limit + model.decoder.repeats + 3 and stopped.length < looped.length
    save_model(tmp_path, "seq2seq", model, "")
    small = opened_translator(model_info(str(tmp_path)))
    for options in (DecodingOptions(beam=beam), DecodingOptions(beam=beam, block_loops=False)):
        ours = small.generate(sources, options, [""] * 2)
        theirs = generate([model], sources, options)
        assert [own[0].length for own in ours] == [own[0].length for own in theirs]
