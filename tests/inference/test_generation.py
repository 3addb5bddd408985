"""Generation: outputs do not depend on the batch; options; ensembles."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from sacrebleu import sentence_chrf
from toy_translation import pairs, tiny, trained, translated

from seqkit.decoding.options import DecodingOptions
from seqkit.errors import SeqkitError
from seqkit.examples import Pair
from seqkit.inference import generation, outputs
from seqkit.inference.generation import check_together, generate
from seqkit.inference.outputs import EXTRA

NEW = pairs(24, seed=77)
SOURCES = [pair.sources for pair in NEW]
SEARCHES = {
    "greedy": DecodingOptions(beam=1),
    "beam": DecodingOptions(beam=4, n_best=3),
    "sample": DecodingOptions(sample=True, n_best=3, top_p=0.95, temperature=2.5, seed=5),
    "mbr": DecodingOptions(mbr=8, temperature=2.5, seed=5, n_best=2),
}


def texts(outputs):
    return [[output.value for output in own] for own in outputs]


def test_a_trained_model_translates_new_sentences():
    """By the rule of the toy language, which no sentence of the training showed for these."""
    found = texts(generate([trained()], SOURCES, DecodingOptions()))
    right = sum(best[0] == translated(source["text"]) for best, source in zip(found, SOURCES, strict=True))
    assert right >= 20


@pytest.mark.parametrize("search", SEARCHES)
def test_outputs_do_not_depend_on_company(search, monkeypatch):
    options = SEARCHES[search]
    together = generate([trained()], SOURCES, options)
    for number, source in enumerate(SOURCES[:8]):
        (alone,) = generate([trained()], [source], options, [number])
        assert texts([alone]) == texts([together[number]])
        assert [o.score for o in alone] == pytest.approx([o.score for o in together[number]], rel=1e-4)
    monkeypatch.setattr(generation, "ROWS", 24)
    backwards = generate([trained()], SOURCES[::-1], options, range(len(SOURCES))[::-1])
    assert texts(backwards[::-1]) == texts(together)


@pytest.mark.parametrize("search", SEARCHES)
def test_scores_equal_the_models_probability_of_the_output(search):
    """Greedy and beam write the usual pieces of a word, so log P of the text is that of the output."""
    for source, (best, *_) in zip(SOURCES, generate([trained()], SOURCES, SEARCHES[search]), strict=True):
        symbols = trained().decoder.symbols(best.value)
        if search in ("greedy", "beam"):
            said = float(trained().log_prob([Pair(source, best.value)])[0])
            assert best.log_prob == pytest.approx(said, abs=1e-4)
            assert best.score == pytest.approx(said / (len(symbols) + 1), abs=1e-4)
        assert best.log_prob < 0 and best.score < 0


def test_a_seed_draws_again_and_another_draws_otherwise():
    options = SEARCHES["sample"]
    first = texts(generate([trained()], SOURCES, options))
    assert texts(generate([trained()], SOURCES, options)) == first
    assert texts(generate([trained()], SOURCES, replace(options, seed=6))) != first


def test_n_best_has_no_text_twice(monkeypatch):
    """The model is made to like spaces, of which any number reads as one."""
    model, options = tiny(), DecodingOptions(beam=30, n_best=10)
    space = model.decoder.symbols("c")[0]
    with torch.no_grad():
        model.decoder.output.bias[[space, *model.decoder.symbols("eins zwei"), model.decoder.end]] = 6.0
    for own in generate([model], SOURCES[:6], options):
        values = [output.value for output in own]
        assert len(set(values)) == len(values) > 1
        assert [o.score for o in own] == sorted((o.score for o in own), reverse=True)
    monkeypatch.setattr(outputs, "_distinct", list)
    values = [output.value for output in generate([model], SOURCES[:1], options)[0]]
    assert len(set(values)) < len(values), "nothing came twice, so nothing was tested"


def test_mbr_takes_the_draw_most_like_the_others():
    options = DecodingOptions(mbr=8, seed=3, temperature=2.5)
    drawn = generate(
        [trained()], SOURCES[:4], DecodingOptions(sample=True, n_best=8, seed=3, temperature=2.5)
    )
    for own, (best,) in zip(drawn, generate([trained()], SOURCES[:4], options), strict=True):
        values = [output.value for output in own]
        risk = {v: sum(sentence_chrf(v, [other]).score for other in values) for v in values}
        assert risk[best.value] == pytest.approx(max(risk.values()))


@pytest.mark.parametrize("search", SEARCHES)
def test_every_output_begins_with_the_prefix(search):
    options = replace(SEARCHES[search], prefix="drei vier")
    for own in generate([trained()], SOURCES, options):
        assert all(output.value.startswith("drei vier") for output in own)


@pytest.mark.parametrize("search", SEARCHES)
def test_a_long_prefix_of_a_short_source_has_room(search):
    """The greatest length is counted from where the model begins to choose."""
    prefix = "eins zwei drei vier fuenf sechs " * 4
    (own,) = generate([trained()], [{"text": "one"}], replace(SEARCHES[search], prefix=prefix))
    assert own[0].value.startswith(prefix.strip())


def test_a_prefix_that_the_model_cannot_write_is_refused():
    with pytest.raises(SeqkitError, match="漢") as caught:
        generate([trained()], SOURCES, DecodingOptions(prefix="drei 漢字"))
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("search", SEARCHES)
def test_an_endless_model_is_bounded_by_the_source(search):
    model = tiny()
    with torch.no_grad():
        model.decoder.output.bias[model.decoder.end] = -1e9
    options = replace(SEARCHES[search], max_ratio=1.5)
    steps = model.source_lengths(SOURCES)
    written = []
    decode = model.decoder.read
    model.decoder.read = lambda symbols: written.append(len(symbols)) or decode(symbols)
    for source, count in zip(SOURCES[:5], steps, strict=False):
        written.clear()
        generate([model], [source], options)
        assert set(written) == {int(1.5 * count) + EXTRA - 1}


def test_two_of_the_same_model_vote_as_one():
    one = generate([trained()], SOURCES, SEARCHES["beam"])
    assert texts(generate([trained(), trained()], SOURCES, SEARCHES["beam"])) == texts(one)


def test_an_untrained_model_in_an_ensemble_changes_the_probabilities():
    other = tiny()
    assert other.decoder.alphabet == trained().decoder.alphabet
    (own,) = generate([trained(), other], SOURCES[:1], DecodingOptions(beam=1))
    state = [model.decoder.start(model.read(SOURCES[:1])) for model in (trained(), other)]
    total, previous = 0.0, None
    for symbol in [*trained().decoder.symbols(own[0].value), other.decoder.end]:
        steps = [m.decoder.step(previous, s) for m, s in zip((trained(), other), state, strict=True)]
        state = [after for _, after in steps]
        total += float(torch.log(sum(log_p[0, symbol].exp() for log_p, _ in steps) / 2).detach())
        previous = torch.tensor([symbol])
    assert own[0].log_prob == pytest.approx(total, abs=1e-4)


def test_models_of_other_symbols_cannot_vote():
    with pytest.raises(SeqkitError, match="a and b do not write the same symbols"):
        check_together([trained(), tiny(joint=False)], ["a", "b"])


def test_models_of_different_number_formats_are_refused():
    models = [tiny(), tiny(inference_dtype="bfloat16")]
    with pytest.raises(SeqkitError, match="a computes in float32, b in bfloat16") as caught:
        check_together(models, ["a", "b"])
    assert "--inference-dtype" in caught.value.fix
    models[1].inference_dtype = "float32"
    check_together(models, ["a", "b"])


def test_no_sources_give_no_outputs():
    assert generate([tiny()], [], DecodingOptions()) == []


def test_a_coverage_penalty_is_the_attention_that_each_piece_lacks():
    """With attention from the decoder's own picture of the output, against the score of the search."""
    model, weight = trained(), 0.3
    plain = generate([model], SOURCES, DecodingOptions(beam=4, n_best=4))
    found = generate([model], SOURCES, DecodingOptions(beam=4, n_best=4, coverage_penalty=weight))
    twice = generate([model, model], SOURCES, DecodingOptions(beam=4, n_best=4, coverage_penalty=weight))
    for source, own, both in zip(SOURCES, found, twice, strict=True):
        best = own[0]
        batch = model.decoder.collate([best.value])
        with torch.no_grad():
            a_1TS = model.decoder.attention(model.read([source]), batch)
        expected = best.log_prob / best.length + weight * float(a_1TS[0].sum(0).clamp(1e-3, 1).log().sum())
        assert best.score == pytest.approx(expected, abs=1e-3) and best.score < best.log_prob / best.length
        assert both[0].score == pytest.approx(best.score, abs=1e-3)
    assert texts(plain) != texts(found)


def test_a_model_without_attention_has_no_coverage():
    with pytest.raises(SeqkitError, match="no attention"):
        generate([tiny(attention="none")], SOURCES, DecodingOptions(coverage_penalty=0.2))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("search", SEARCHES)
def test_a_model_that_copies_writes_the_same_in_any_company(search, dtype):
    model = tiny(copy=True, lexical=True, attention="dot").eval()
    torch.manual_seed(3)
    with torch.no_grad():
        for parameter in model.parameters():
            torch.nn.init.normal_(parameter, std=0.4)
    model.inference_dtype = dtype
    together = generate([model], SOURCES[:6], SEARCHES[search])
    for number, source in enumerate(SOURCES[:6]):
        (alone,) = generate([model], [source], SEARCHES[search], [number])
        if dtype == "float32":
            assert texts([alone]) == texts([together[number]])
        assert all(output.log_prob < 0 for output in alone)
