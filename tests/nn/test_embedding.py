"""The parts of x_t, and the effect of padding of pieces and characters."""

from __future__ import annotations

import pytest
import torch

from seqkit.models.recurrences import recurrence_class
from seqkit.nn.dropout import SharedDropout
from seqkit.nn.embedding import (
    AffixEmbedding,
    CharacterEmbedding,
    PieceEmbedding,
    WordEmbedding,
    WordParts,
    WordTable,
)


def table(rows, padding=0):
    """Words given as (word, pieces, characters, affixes), padded to `padding` more than needed."""
    pieces = [torch.tensor(row[1]) for row in rows]
    characters = [torch.tensor(row[2]) for row in rows]
    wide = [torch.zeros(max(map(len, part)) + padding, dtype=torch.long) for part in (pieces, characters)]
    return WordTable(
        torch.tensor([row[0] for row in rows]),
        torch.nn.utils.rnn.pad_sequence([*pieces, wide[0]], batch_first=True)[:-1],
        torch.tensor([len(p) for p in pieces]),
        torch.nn.utils.rnn.pad_sequence([*characters, wide[1]], batch_first=True)[:-1],
        torch.tensor([len(c) for c in characters]),
        torch.tensor([row[3] for row in rows]),
    )


ROWS = [
    (2, [3, 4, 5], [2, 3, 4, 2], [2, 0]),
    (3, [1], [5], [3, 4]),
    (1, [2, 2], [3, 4, 5, 6, 7, 8], [2, 1]),
]


def embedding(word_dropout=0.0, mixed=0, dropout=0.0):
    torch.manual_seed(3)
    characters = CharacterEmbedding(9, 3, recurrence_class("rnn"), 5)
    parts = WordParts(PieceEmbedding(8, 3), characters, AffixEmbedding(5, 2, 3))
    return WordEmbedding(10, 4, parts, word_dropout, mixed, dropout)


def test_padding_of_pieces_and_characters_changes_nothing():
    embed = embedding()
    torch.testing.assert_close(embed(table(ROWS)), embed(table(ROWS, padding=4)))


def test_parts_are_concatenated():
    embed = embedding()
    x_UD = embed(table(ROWS))
    assert x_UD.shape == (3, embed.output_size) == (3, 4 + 9 + 10 + 6)
    assert torch.equal(x_UD[0, :4], embed.words.weight[2])
    pieces = embed.pieces.vectors.weight
    torch.testing.assert_close(x_UD[0, 4:7], pieces[[3, 4, 5]].mean(0))
    torch.testing.assert_close(x_UD[0, 7:13], torch.cat([pieces[3], pieces[5]]))


def test_each_kind_of_affix_has_its_place_and_none_is_zero():
    embed = embedding()
    x_UD, vectors = embed(table(ROWS)), embed.affixes.vectors.weight
    torch.testing.assert_close(x_UD[1, 23:], torch.cat([vectors[3], vectors[4]]))
    assert torch.equal(x_UD[0, 26:], torch.zeros(3))


def test_words_read_in_groups_of_similar_length_are_read_as_if_alone():
    embed = embedding()
    x_UD = embed(table(ROWS))
    for row, expected in zip(ROWS, x_UD, strict=True):
        torch.testing.assert_close(embed(table([row]))[0], expected)


def test_mixing_is_one_layer_over_the_parts():
    embed, plain = embedding(mixed=7), embedding()
    embed.load_state_dict(plain.state_dict(), strict=False)
    expected = torch.nn.functional.gelu(plain(table(ROWS)) @ embed.mix.weight.T + embed.mix.bias)
    torch.testing.assert_close(embed(table(ROWS)), expected)


def test_dropped_words_keep_their_pieces_and_characters():
    embed = embedding(word_dropout=1.0)
    shown, whole = embed.train()(table(ROWS)), embed.eval()(table(ROWS))
    assert torch.equal(shown[:, :4], embed.words.weight[1].expand(3, 4))
    torch.testing.assert_close(shown[:, 4:], whole[:, 4:])


def test_shared_dropout_has_one_mask_for_all_steps_and_keeps_the_mean():
    torch.manual_seed(1)
    dropped = SharedDropout(0.25).train()(torch.ones(400, 7, 50))
    assert torch.equal(dropped, dropped[:, :1].expand_as(dropped))
    assert dropped.mean().item() == pytest.approx(1.0, abs=0.02)
    assert (dropped == 0).double().mean().item() == pytest.approx(0.25, abs=0.02)
    assert torch.equal(SharedDropout(0.25).eval()(dropped), dropped)
