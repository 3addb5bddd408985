"""`seqkit generate`: draws against the model's probabilities, seeds, lengths, prompts, and bad input."""

import json
from collections import Counter

import numpy as np
import pytest
import torch
from lm_models import encoded, one_pass, random_lines, untrained
from seqkit_lm import generation
from seqkit_lm.generation import GenerationOptions, continuations
from seqkit_lm.symbols import BOUNDARY, LINE_END, SPECIAL, UNKNOWN
from toy import tiny

from seqkit.models.artifact import save_model

UNITS = ["pieces", "characters", "words"]


def model_of(unit="characters", **bias):
    """An untrained model whose output biases of the end and other symbols are set: `end=-100`."""
    model = untrained([random_lines(40)], spread=3.0, unit=unit)
    places = {"end": BOUNDARY, "unknown": UNKNOWN, "unknown_piece": SPECIAL, "line_end": LINE_END}
    with torch.no_grad():
        for name, value in bias.items():
            model.output.bias[places[name]] = value
    return model


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lm") / "characters"
    save_model(folder, "lm", model_of(end=-4.0, line_end=-4.0), card="# A model\n")
    return folder


@pytest.fixture
def generate(seqkit, folder):
    """The output of `seqkit generate`, without the line end that the command adds."""

    def run(*arguments, **options) -> str:
        result = seqkit("generate", "--model", folder, *arguments, **options)
        assert (result.code, result.err) == (0, "")
        return result.out.removesuffix("\n")

    return run


def test_the_seed_decides_the_text(generate):
    texts = [generate("the cat", "--length", 40, "--seed", seed) for seed in (1, 1, 2, 3)]
    assert texts[0] == texts[1]
    assert len(set(texts)) == 3
    assert all(text.startswith("the cat") for text in texts)


def test_a_text_does_not_depend_on_the_number_of_texts():
    model = model_of(end=-4.0)
    three = list(continuations(model, "the", GenerationOptions(30, count=3)))
    assert len({one.text for one in three}) == 3
    (one,) = continuations(model, "the", GenerationOptions(30, count=1))
    assert one.text == three[0].text
    assert one.log_prob == pytest.approx(three[0].log_prob, abs=1e-4)


def test_many_texts_are_drawn_in_several_batches(monkeypatch):
    model, rows = model_of(end=-4.0), []
    search = generation.sample

    def counted(decoder, state, forced, seeds, **options):
        rows.append(len(seeds[0]))
        return search(decoder, state, forced, seeds, **options)

    monkeypatch.setattr(generation, "sample", counted)
    whole = [one.text for one in continuations(model, "the", GenerationOptions(12, count=7))]
    monkeypatch.setattr(generation, "ROWS", 3)
    assert [one.text for one in continuations(model, "the", GenerationOptions(12, count=7))] == whole
    assert rows == [7, 3, 3, 1]


def test_temperature_0_takes_the_most_probable_symbol_at_each_step(generate):
    """Against a loop over one pass of the network."""
    model = model_of(end=-4.0, line_end=-4.0)
    ids = model.facts.symbols.encode("the c")
    for _ in range(12):
        logits_V = model(torch.tensor([[BOUNDARY, *ids]]), model.initial_state(1))[0][0, -1] @ model.V.T
        logits_V = logits_V + model.output.bias
        logits_V[UNKNOWN] = -torch.inf
        ids.append(int(logits_V.argmax()))
    expected = model.facts.symbols.text(ids)
    for options in (
        ("--temperature", 0),
        ("--temperature", 0, "--seed", 5),
        ("--top-p", 1e-6, "--seed", 6),
        ("--temperature", 1e-3, "--seed", 7),
        ("--temperature", 1e-45),
        ("--temperature", 1e-300),
    ):
        assert generate("the c", "--length", 12, *options) == expected
    assert generate("the c", "--length", 12) != expected


@pytest.mark.parametrize(("temperature", "top_p"), [(1.0, 1.0), (0.5, 1.0), (1.0, 0.5)])
def test_the_first_symbol_is_drawn_by_its_probability(temperature, top_p):
    """Of 2,000 draws: each share within 4.5 standard deviations of P^(1/T) / Σ, within the nucleus."""
    model = model_of(end=-100.0)
    (prompt,) = [model.facts.symbols.encode("the")]
    log_p = np.array([one_pass(model, [*prompt, y])[-1] for y in range(len(model.facts.symbols))])
    log_p[UNKNOWN] = -np.inf
    p = np.exp(log_p / temperature)
    p /= p.sum()
    if top_p < 1:
        best = np.argsort(-p)
        nucleus = best[: int(np.searchsorted(np.cumsum(p[best]), top_p)) + 1]
        p = np.where(np.isin(np.arange(len(p)), nucleus), p, 0.0)
        p /= p.sum()
        assert 1 < len(nucleus) < len(p) - 3
    drawn = continuations(model, "the", GenerationOptions(1, temperature, top_p, seed=4, count=2000))
    counts = Counter(one.text for one in drawn)
    assert sum(counts.values()) == 2000
    for y in range(len(p)):
        share = counts[model.facts.symbols.text([*prompt, y])] / 2000
        if y not in (UNKNOWN, BOUNDARY):
            assert abs(share - p[y]) <= 4.5 * np.sqrt(p[y] * (1 - p[y]) / 2000)


@pytest.mark.parametrize("unit", UNITS)
def test_the_log_probability_is_that_of_the_text(unit):
    """Of a text that its length ends, without the end; of one that ends by itself, with it; of unknown symbols, too."""
    for prompt in ("the cat", "the zebra"):
        for bias in (-100.0, 100.0):
            model = model_of(unit, end=bias, line_end=-100.0)
            (found,) = continuations(model, prompt, GenerationOptions(6, seed=3))
            line = model.facts.symbols.encode(prompt)
            assert (UNKNOWN in line) == ("zebra" in prompt)
            if bias > 0:
                assert found.text == prompt
                assert found.log_prob == pytest.approx(one_pass(model, [*line, BOUNDARY]).sum(), rel=1e-5)
            elif unit == "pieces":
                assert -500 < found.log_prob < 0, "a forced unknown symbol counted -10,000"
            else:
                added = found.text.removeprefix(prompt)
                written = model.facts.symbols.encode(added if unit == "characters" else added.lstrip(" "))
                assert len(written) == 6
                assert found.log_prob == pytest.approx(one_pass(model, [*line, *written]).sum(), rel=1e-5)


def test_a_length_is_the_most_symbols_that_are_added(generate):
    for length in (1, 7, 30):
        model = model_of(end=-100.0)
        for one in continuations(model, "the", GenerationOptions(length, count=5)):
            assert len(one.text) == len("the") + length
    assert len(generate("the", "--length", 9)) <= 12
    words = model_of("words", end=-100.0, line_end=-100.0)
    (one,) = continuations(words, "the cat", GenerationOptions(4))
    assert len(one.text.split(" ")) == 2 + 4


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("prompt", ["the cat", "the cat .\na dog", "a zebra", "çà z\nthe", "", "the cat .\n"])
def test_a_text_starts_with_the_prompt(unit, prompt):
    model = model_of(unit, end=-100.0, line_end=-100.0)
    for one in continuations(model, prompt, GenerationOptions(5, count=3)):
        assert one.text.startswith(prompt)
        assert len(one.text) > len(prompt)


@pytest.mark.parametrize("unit", UNITS)
def test_an_unknown_symbol_is_never_written(unit):
    model = model_of(unit, unknown=100.0, end=-100.0)
    if unit == "pieces":
        model = model_of(unit, unknown=100.0, unknown_piece=100.0, end=-100.0)
    (one,) = continuations(model, "the", GenerationOptions(8))
    assert "\ufffd" not in one.text and "⁇" not in one.text
    assert len(one.text) >= len("the") + 8


@pytest.mark.parametrize("unit", ["pieces", "words"])
def test_a_space_follows_an_unknown_prompt(unit):
    """The same words are added to a prompt with an unknown word as are decoded without one."""
    model = model_of(unit, end=-100.0, line_end=-100.0)
    symbols = model.facts.symbols
    the = symbols.encode("the")[0]
    with torch.no_grad():
        model.output.bias[the] = 100.0
    (one,) = continuations(model, "a zebra", GenerationOptions(2))
    assert one.text == "a zebra the the"


def test_a_space_at_the_end_of_a_prompt_is_read_as_a_character():
    model = model_of(end=-100.0)
    (one,) = continuations(model, "the ", GenerationOptions(3, temperature=0.0))
    assert one.text.startswith("the ") and len(one.text) == 7
    ids = encoded(model, [["the x"]])[0][:4].tolist()
    p = [one_pass(model, [*ids, y])[-1] for y in range(1, len(model.facts.symbols))]
    assert one.text[4] == model.facts.symbols.text([1 + int(np.argmax(p))])


def test_standard_input_is_a_prompt(generate):
    prompt = "the cat .\na d"
    assert generate("-", "--length", 9, stdin=prompt.encode()) == generate(prompt, "--length", 9)


def test_json_gives_one_object_a_text(generate, folder):
    out = generate("the", "--json", "--count", 3, "--length", 10)
    records = [json.loads(line) for line in out.splitlines()]
    assert len(records) == 3
    found = continuations(
        model_of(end=-4.0, line_end=-4.0), "the", GenerationOptions(length=10, count=3, seed=1)
    )
    for record, one in zip(records, found, strict=True):
        assert record == {"prompt": "the", "text": one.text, "log_prob": pytest.approx(one.log_prob)}


def test_a_model_of_another_task_is_refused(seqkit, tmp_path):
    save_model(tmp_path / "tagger", "lstm", tiny("lstm"), card="# Tiny\n")
    result = seqkit("generate", "the", "--model", tmp_path / "tagger")
    assert (result.code, result.out) == (2, "")
    assert "tagger: a model for tagging, not for lm\nUse `seqkit tag`." in result.err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--temperature", "-1"), "--temperature"),
        (("--temperature", "101"), "--temperature"),
        (("--temperature", "nan"), "--temperature"),
        (("--temperature", "hot"), "--temperature"),
        (("--top-p", "0"), "--top-p"),
        (("--top-p", "1.1"), "--top-p"),
        (("--top-p", "nan"), "--top-p"),
        (("--length", "0"), "--length"),
        (("--length", "1.5"), "--length"),
        (("--count", "0"), "--count"),
        (("--seed", "-1"), "--seed"),
        (("--inference-dtype", "int4"), "--inference-dtype"),
    ],
)
def test_options_out_of_range_are_named(seqkit, folder, arguments, named):
    result = seqkit("generate", "the", "--model", folder, *arguments)
    assert (result.code, result.out) == (2, "")
    assert named in result.err


def test_a_missing_model_and_an_invalid_prompt(seqkit, folder):
    for arguments, stdin, message in (
        (("the",), b"", "no model given\nName one: --model"),
        (("the", "--model", "runs/nix"), b"", "runs/nix"),
        (("the \udce9", "--model", folder), b"", "the prompt: is not UTF-8"),
        (("-", "--model", folder), b"the\ncaf\xe9", "-:2: not valid UTF-8"),
    ):
        result = seqkit("generate", *arguments, stdin=stdin)
        assert result.code in (1, 2) and result.out == ""
        assert message in result.err
        assert len(result.err.splitlines()) == 2
