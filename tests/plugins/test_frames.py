"""The decoder of vectors: files, its density against torch's own, padding, seeds, and that it learns."""

import numpy as np
import pytest
import torch
from media_models import untrained
from seqkit_frames.facts import FramesFacts
from seqkit_frames.files import read_vector, read_vectors, write_vector, write_vectors

from seqkit import SeqkitError
from seqkit.decoding.options import DecodingOptions
from seqkit.evaluation.drawing import log_likelihood
from seqkit.examples import Pair
from seqkit.inference.generation import check_together, generate
from seqkit.media import Limits


def wave(length, slope):
    at_T = np.arange(length)
    return np.stack([np.sin(0.7 * at_T), 100 + 5 * slope * at_T], axis=1).astype(np.float32)


def pairs():
    return [
        Pair({"text": name}, wave(n, s)) for name, n, s in (("up", 5, 1), ("down", 8, -1), ("flat", 3, 0))
    ]


def model_of(**options):
    return untrained(pairs(), decoder="frames", **options)


def test_arrays_come_back_from_their_file(tmp_path):
    write_vectors(wave(6, 1), tmp_path / "a.npy")
    assert np.array_equal(read_vectors(tmp_path / "a.npy"), wave(6, 1))
    np.save(tmp_path / "line.npy", np.arange(4))
    assert read_vectors(tmp_path / "line.npy").tolist() == [[0.0], [1.0], [2.0], [3.0]]


def test_bad_files_are_named(tmp_path):
    write_vectors(wave(50, 1), tmp_path / "long.npy")
    (tmp_path / "short.npy").write_bytes((tmp_path / "long.npy").read_bytes()[:-20])
    (tmp_path / "text.npy").write_text("1 2 3")
    (tmp_path / "nothing.npy").write_bytes(b"")
    np.save(tmp_path / "object.npy", np.array([{"a": 1}]), allow_pickle=True)
    np.save(tmp_path / "cube.npy", np.zeros((2, 2, 2)))
    np.save(tmp_path / "nan.npy", np.array([[np.nan]]))
    np.save(tmp_path / "empty.npy", np.zeros((0, 3)))
    np.save(tmp_path / "large.npy", np.array([[1e300]]))
    # A bracket that is never closed: numpy reads the header with Python's tokenizer.
    content = (tmp_path / "nan.npy").read_bytes()
    (tmp_path / "header.npy").write_bytes(content.replace(b"(1, 1)", b"(1, 1 "))
    (tmp_path / "zip.npy").write_bytes(b"PK\3\4 is how an archive begins")
    bad = [
        "long",
        "short",
        "text",
        "nothing",
        "zip",
        "object",
        "cube",
        "nan",
        "empty",
        "large",
        "header",
        "absent",
    ]
    for name in bad:
        with pytest.raises(SeqkitError, match=rf"{name}\.npy"):
            read_vectors(tmp_path / f"{name}.npy", Limits(frames=49))


def test_the_density_is_that_of_torchs_normal():
    model = model_of()
    batch = model.collate([pairs()[0]])
    memory, decoder = model.encode(batch.sources), model.decoder
    start = decoder.network.start(memory.states_BSD, memory.mask_BS, memory.final)
    o_BTO = decoder.network(decoder._inputs(batch.target.y_BTD), start)
    mean, deviation, end = decoder.predicted(o_BTO)
    normal = torch.distributions.Normal(
        mean * decoder.deviation_D + decoder.mean_D, deviation * decoder.deviation_D
    )
    lasts = torch.tensor([[0.0, 0, 0, 0, 1]])
    expected = normal.log_prob(torch.from_numpy(pairs()[0].target)).sum()
    expected += torch.distributions.Bernoulli(logits=end).log_prob(lasts).sum()
    assert float(model.log_prob([pairs()[0]])) == pytest.approx(float(expected.detach()), abs=1e-2)


def test_a_sequence_alone_has_the_density_it_has_in_a_batch():
    for density in ("gaussian", "squared"):
        model = model_of(density=density)
        together = model.log_prob(pairs())
        alone = torch.cat([model.log_prob([pair]) for pair in pairs()])
        assert torch.allclose(together, alone, atol=1e-4)


def test_the_likelihood_is_in_the_unit_of_the_targets():
    """Numbers a thousand times as large have a density a thousand times as thin, each of the two at every step."""
    likelihoods = []
    for factor in (1, 1000):
        scaled = [Pair(pair.sources, pair.target * np.float32(factor)) for pair in pairs()]
        torch.manual_seed(1)
        model = untrained(scaled, decoder="frames")
        likelihoods.append(log_likelihood(model, scaled))
        assert likelihoods[-1] == pytest.approx(float(model.log_prob(scaled).mean()), rel=1e-4)
    steps = sum(len(pair.target) for pair in pairs()) / len(pairs())
    assert likelihoods[0] - likelihoods[1] == pytest.approx(2 * steps * np.log(1000), rel=1e-3)


def test_it_learns_what_follows_from_the_source():
    model = model_of(hidden=32, density="squared")
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    model.train()
    for step in range(200):
        torch.manual_seed(step)
        optimizer.zero_grad()
        model(model.collate(pairs(), step)).mean.backward()
        optimizer.step()
    found = generate([model], [pair.sources for pair in pairs()], DecodingOptions())
    for (output,), pair in zip(found, pairs(), strict=True):
        assert output.value.shape == pair.target.shape
        assert np.abs(output.value - pair.target).max() < 5


def test_draws_follow_from_the_seed_and_not_from_company():
    model, sources = model_of(), [pair.sources for pair in pairs()]
    draw = DecodingOptions(sample=True, n_best=2, seed=5)
    first, again = generate([model], sources, draw), generate([model], sources, draw)
    other = generate([model], sources, DecodingOptions(sample=True, n_best=2, seed=6))
    alone = generate([model], sources[1:2], draw, numbers=[1])
    assert len(first[0]) == 2 and not np.array_equal(first[0][0].value, first[0][1].value)
    for row in range(3):
        assert np.array_equal(first[row][0].value, again[row][0].value)
        assert not np.array_equal(first[row][0].value, other[row][0].value)
    assert np.allclose(alone[0][1].value, first[1][1].value, atol=1e-4)


def test_what_is_for_symbols_is_refused():
    model, sources = model_of(), [pairs()[0].sources]
    for models, options in (([model], DecodingOptions(mbr=4)), ([model, model], DecodingOptions())):
        with pytest.raises(SeqkitError, match="symbols"):
            generate(models, sources, options)
    with pytest.raises(SeqkitError, match="symbols"):
        check_together([model, model], ["a", "b"])


@pytest.mark.parametrize("width", [1, 3])
def test_vectors_of_another_width_are_refused_and_not_stretched(width):
    pair = Pair({"text": "up"}, np.zeros((4, width), np.float32))
    with pytest.raises(SeqkitError, match=f"vectors of {width} numbers, where the model writes 2"):
        model_of().log_prob([pairs()[0], pair])


def test_facts_come_back_and_widths_must_agree(tmp_path):
    facts = model_of().facts.decoder
    facts.save(tmp_path)
    assert FramesFacts.load(tmp_path) == facts
    with pytest.raises(SeqkitError, match="3 numbers, where the first has 2"):
        FramesFacts.gather([*pairs(), Pair({"text": "x"}, np.zeros((2, 3), np.float32))], None, {})


def series():
    random = np.random.default_rng(0)
    walks = [random.normal(3.0, 2.0, (length, 2)).astype(np.float32) for length in (4, 9, 6)]
    return [Pair({"frames": walk}, walk.sum(0)) for walk in walks]


def vector_model(**options):
    return untrained(series(), encoder="frames", decoder="vector", **options)


def test_a_vector_is_read_and_written_whole(tmp_path):
    write_vector(np.array([1.0, 2.5, -3.0], np.float32), tmp_path / "v.npy")
    assert read_vector(tmp_path / "v.npy").tolist() == [1.0, 2.5, -3.0]
    np.save(tmp_path / "several.npy", np.zeros((4, 3)))
    with pytest.raises(SeqkitError, match="holds 4 vectors, not one"):
        read_vector(tmp_path / "several.npy")


def test_the_likelihood_of_a_vector_is_that_of_a_normal_distribution():
    model = vector_model().eval()
    batch = model.collate(series())
    memory = model.encode(batch.sources)
    mean_BN = model.decoder.predicted(memory)[0] * model.decoder.deviation_N + model.decoder.mean_N
    normal = torch.distributions.Normal(mean_BN, model.decoder.deviation_N)
    y_BN = torch.tensor(np.stack([pair.target for pair in series()]))
    assert torch.allclose(model.log_prob(series()), normal.log_prob(y_BN).sum(-1), atol=1e-4)
    errors_B = model.decoder.squared_error(memory, batch.target)
    assert torch.allclose(errors_B, (mean_BN - y_BN).square().mean(-1), atol=1e-3)


def test_padding_changes_nothing_about_a_vector():
    model = vector_model().eval()
    together = model.log_prob(series())
    alone = torch.cat([model.log_prob([pair]) for pair in series()])
    assert torch.allclose(together, alone, atol=1e-5)


def test_vectors_are_generated_in_their_own_unit():
    model = vector_model().eval()
    found = generate([model], [pair.sources for pair in series()], DecodingOptions())
    assert [one[0].value.shape for one in found] == [(2,)] * 3


def test_rows_of_another_width_are_refused():
    model = vector_model()
    with pytest.raises(SeqkitError, match="vectors of 3 numbers, where the model reads 2"):
        model.collate([Pair({"frames": np.zeros((4, 3), np.float32)}, np.zeros(2))])
