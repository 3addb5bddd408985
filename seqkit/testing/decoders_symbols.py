"""Checks of a decoder that writes symbols: its steps, and the outputs that symbols make.

Shapes: B examples, T steps of a target, V symbols.
"""

from __future__ import annotations

import torch

from seqkit.models.modalities import SymbolDecoder
from seqkit.testing.check import Skipped, Subject, check, expect
from seqkit.testing.layers import expect_close
from seqkit.testing.modalities import decoder_of, examples, memory

ROUNDS = 60
"""Steps of a free run."""


@check("decoders")
def steps_equal_the_whole(subject: Subject) -> None:
    """Σ_τ log P(y_τ) of one step after another is `log_prob` of the target."""
    decoder, targets = _decoder(subject), examples(subject)
    for row, one in enumerate(targets):
        given = memory().repeated(1)
        state, previous, total = decoder.start(given), None, 0.0
        for symbol in [*decoder.symbols(one), decoder.end]:
            log_p_BV, state = decoder.step(previous, state)
            total += float(log_p_BV[row, symbol].detach())
            previous = torch.full((len(targets),), symbol)
        batch = decoder.collate([one] * len(targets))
        log_p_B = decoder.log_prob(given, batch)
        if log_p_B is None:
            raise Skipped("the decoder has no more than its loss")
        expect_close(torch.tensor(total), log_p_B[row], f"ln P of target {row}", 1e-3)


@check("decoders")
def steps_are_normalised(subject: Subject) -> None:
    """Each step gives log-probabilities of all symbols, which add up to at most 1."""
    decoder = _decoder(subject)
    log_p_BV, _ = decoder.step(None, decoder.start(memory()))
    total_B = log_p_BV.detach().exp().sum(1)
    expect(
        bool((total_B < 1.001).all() and (total_B > 0.2).all()), f"probabilities add up to {total_B.tolist()}"
    )


@check("decoders")
def names_cover_the_symbols(subject: Subject) -> None:
    """`symbol_names` has a name for each symbol of a step, and `end` is one of them."""
    decoder = _decoder(subject)
    log_p_BV, _ = decoder.step(None, decoder.start(memory()))
    names = decoder.symbol_names()
    expect(len(names) == log_p_BV.shape[1], f"{len(names)} names for {log_p_BV.shape[1]} symbols")
    expect(0 <= decoder.end < len(names), f"end is {decoder.end}")


@check("decoders")
def targets_survive_a_round_trip(subject: Subject) -> None:
    """`read` of `symbols` of a target is the target."""
    decoder = _decoder(subject)
    for one in examples(subject):
        found = decoder.read(decoder.symbols(one))
        expect(found == one, f"{one!r} becomes {found!r}")


@check("decoders")
def symbols_are_without_end(subject: Subject) -> None:
    """`symbols` returns numbers below V, without `end`."""
    decoder = _decoder(subject)
    symbols = [symbol for one in examples(subject) for symbol in decoder.symbols(one)]
    expect(decoder.end not in symbols, "`symbols` contains `end`")
    expect(min(symbols) >= 0 and max(symbols) < len(decoder.symbol_names()), "a symbol is out of range")


@check("decoders")
def alphabet_compares(subject: Subject) -> None:
    """Two decoders of equal facts have equal alphabets, by which ensembles know that symbols mean the same."""
    expect(_decoder(subject).alphabet == _decoder(subject, 2).alphabet, "alphabets differ")
    expect(_decoder(subject).alphabet is not None, "`alphabet` is None")


@check("decoders")
def longest_is_that_of_training(subject: Subject) -> None:
    """`longest` counts the symbols of the longest training target, the end included; 0: not known."""
    decoder = _decoder(subject)
    if not decoder.longest:
        raise Skipped("`longest` is 0: outputs are bounded by the search alone")
    most = max(len(decoder.symbols(one)) for one in examples(subject))
    expect(
        most <= decoder.longest <= most + 1, f"longest is {decoder.longest}, the longest target has {most}"
    )


@check("decoders")
def rows_survive_a_round_trip(subject: Subject) -> None:
    """`rows` returns the symbols of a batch from `collate` or `batch`."""
    decoder, targets = _decoder(subject), examples(subject)
    symbols = [list(decoder.symbols(one)) for one in targets]
    expect(decoder.rows(decoder.batch(symbols)) == symbols, "`rows` of `batch` differ")
    expect(decoder.rows(decoder.collate(targets)) == symbols, "`rows` of `collate` differ")


@check("decoders")
def inputs_can_be_replaced(subject: Subject) -> None:
    """`with_decoder_inputs` changes the inputs of the steps, not the targets."""
    decoder = _decoder(subject)
    batch = decoder.collate(examples(subject))
    inputs_BT = decoder.inputs(batch)
    same = decoder.with_decoder_inputs(batch, inputs_BT.clone())
    other = decoder.with_decoder_inputs(batch, inputs_BT.flip(0))
    losses = [decoder.loss(memory(), one).total.detach() for one in (batch, same, other)]
    expect(torch.equal(losses[0], losses[1]), "equal inputs change the loss")
    expect(decoder.rows(other) == decoder.rows(batch), "the targets change")


@check("decoders")
def scores_give_the_losses(subject: Subject) -> None:
    """`step_losses` follow from the logits of `step_scores`."""
    decoder = _decoder(subject)
    batch = decoder.collate(examples(subject))
    log_p_BTV = decoder.step_scores(memory(), batch).log_softmax(-1)
    losses_BT = decoder.step_losses(memory(), batch)
    if losses_BT is None:
        raise Skipped("the loss is no sum over steps")
    symbols = [*decoder.symbols(examples(subject)[0]), decoder.end]
    for t, symbol in enumerate(symbols):
        expect_close(-log_p_BTV[0, t, symbol], losses_BT[0, t], f"the loss of step {t + 1}", 1e-3)


@check("decoders")
def log_probs_are_of_labelled_steps(subject: Subject) -> None:
    """`step_log_probs` has the steps of all targets, ends included, with their right symbols."""
    decoder, targets = _decoder(subject), examples(subject)
    found = decoder.step_log_probs(memory(), decoder.collate(targets))
    wanted = sum(len(decoder.symbols(one)) + 1 for one in targets)
    expect(len(found.y_N) == wanted, f"{len(found.y_N)} steps, not {wanted}")
    nll = -found.log_p_NV.gather(1, found.y_N[:, None]).sum()
    expect_close(nll, decoder.loss(memory(), decoder.collate(targets)).counts.nll, "the loss", 1e-3)


@check("decoders")
def rows_of_a_search_can_be_chosen(subject: Subject) -> None:
    """`select` keeps, repeats and reorders rows; each continues unchanged."""
    decoder = _decoder(subject)
    _, state = decoder.step(None, decoder.start(memory()))
    chosen_N, several = torch.tensor([2, 0]), torch.tensor([1, 1])
    whole, _ = decoder.step(torch.ones(len(examples(subject)), dtype=torch.long), state)
    some, _ = decoder.step(several, decoder.select(state, chosen_N, chosen_N))
    expect_close(some.exp(), whole[chosen_N].exp(), "log P of the chosen rows", 1e-4)


@check("decoders")
def outputs_can_be_read(subject: Subject) -> None:
    """The output of an untrained model can be read."""
    decoder = _decoder(subject)
    state, previous, written = decoder.start(memory()), None, []
    with torch.no_grad():
        for _ in range(ROUNDS):
            log_p_BV, state = decoder.step(previous, state)
            previous = log_p_BV.argmax(1)
            written.append(previous)
    for row_T in torch.stack(written, 1).tolist():
        decoder.read(row_T[: row_T.index(decoder.end)] if decoder.end in row_T else row_T)


@check("decoders")
def parts_are_joined(subject: Subject) -> None:
    """A decoder that joins the outputs for the parts of a long input gives an output."""
    decoder = decoder_of(subject)
    if not decoder.joins_parts:
        raise Skipped("the decoder does not join parts (`joins_parts` is False)")
    found = decoder.join(examples(subject)[:2])
    expect(isinstance(found, type(examples(subject)[0])), f"a {type(found).__name__}")


def _decoder(subject: Subject, seed: int = 3) -> SymbolDecoder:
    """The decoder. Raises Skipped if it writes no symbols."""
    decoder = decoder_of(subject, seed)
    if not isinstance(decoder, SymbolDecoder):
        raise Skipped("the decoder writes no symbols")
    return decoder
