"""The public symbol decoder: its loss equals the sum over its steps, and it learns a plugin's task."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch

from seqkit import Seq2SeqOptions, SeqkitError
from seqkit.examples import Pair
from seqkit.models.contracts import Memory
from seqkit.models.symbol_decoder import VocabularyDecoder
from seqkit.models.vocabulary_facts import VocabularyFacts

WORDS = ["abba", "cab", "", "dad"]
B, S, D = len(WORDS), 3, 6


@dataclass
class Syllables(VocabularyFacts):
    """Symbols of two characters."""

    FILE = "syllables/symbols.json"

    @classmethod
    def cut(cls, target):
        return [target[start : start + 2] for start in range(0, len(target), 2)]


def decoder(facts=VocabularyFacts, **options):
    pairs = [Pair({"text": word}, word) for word in WORDS]
    chosen = Seq2SeqOptions(hidden=8, dropout=0.0, **options)
    torch.manual_seed(1)
    made = VocabularyDecoder(chosen, facts.gather(pairs, chosen, {}), D, (D,), {})
    return made.double().eval()


def memory():
    drawn = torch.Generator().manual_seed(2)
    states = torch.randn(B, S, D, generator=drawn, dtype=torch.float64)
    return Memory(states, None, (states[:, -1],))


@pytest.mark.parametrize("attention", ["none", "general"])
def test_the_loss_is_the_sum_over_single_steps(attention):
    model = decoder(attention=attention)
    batch = model.collate(WORDS)
    wanted = torch.zeros(B, dtype=torch.float64)
    state, previous = model.start(memory()), None
    for t in range(batch.targets_BT.shape[1]):
        log_p_BV, state = model.step(previous, state)
        previous = batch.targets_BT[:, t]
        wanted += torch.where(batch.mask_BT[:, t], log_p_BV.gather(1, previous[:, None])[:, 0], 0.0)
    torch.testing.assert_close(model.log_prob(memory(), batch), wanted)
    torch.testing.assert_close(model.step_losses(memory(), batch).sum(1), -wanted)
    torch.testing.assert_close(model.loss(memory(), batch).total, -wanted.sum())


@pytest.mark.parametrize("facts", [VocabularyFacts, Syllables])
def test_symbols_and_facts_come_back(tmp_path, facts):
    model = decoder(facts)
    assert [model.read(model.symbols(word)) for word in WORDS] == WORDS
    assert model.rows(model.collate(WORDS)) == [model.symbols(word) for word in WORDS]
    model.facts.save(tmp_path)
    assert facts.load(tmp_path) == model.facts
    assert model.longest == max(model.lengths(WORDS))


def test_what_was_never_seen_is_refused():
    with pytest.raises(SeqkitError, match="cannot write 'z'"):
        decoder().symbols("zebra")
