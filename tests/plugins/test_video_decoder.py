"""The video decoder: positions, densities and appearances against closed forms; films that match captions."""

import numpy as np
import pytest
import torch
from media_models import untrained
from seqkit_video.decoder import Found
from seqkit_video.layers_place import cut_out, place

from seqkit.decoding.options import DecodingOptions
from seqkit.examples import Pair
from seqkit.inference import generation
from seqkit.inference.generation import generate
from seqkit.media import Film
from seqkit.nn.densities import Mixture, MixtureHead, gaussian_kl


def film(across, frames=5, wide=False):
    """A bar that moves, to the right or down."""
    pixels = np.zeros((frames, 24, 24, 1), np.uint8)
    for number in range(frames):
        top, left = (8, 2 + 3 * number) if across else (2 + 3 * number, 8)
        pixels[number, top : top + 4, left : left + (8 if wide else 4)] = 255
    return Film(pixels, 8.0)


def pairs():
    return [
        Pair({"text": "small right"}, film(True)),
        Pair({"text": "small down"}, film(False)),
        Pair({"text": "wide right"}, film(True, wide=True)),
        Pair({"text": "wide down"}, film(False, 4, wide=True)),
    ]


def model_of(**options):
    return untrained(pairs(), decoder="video", film_channels=8, film_look=4, film_patch=12, **options)


def test_large_films_are_made_a_few_at_a_time_and_are_the_same(monkeypatch):
    model, sources = model_of(), [pair.sources for pair in pairs()]
    together = generate([model], sources, DecodingOptions())
    made, at_once = model.decoder.generate, []

    def counted(memory, seeds, temperature=0.0):
        at_once.append(len(seeds))
        return made(memory, seeds, temperature)

    monkeypatch.setattr(model.decoder, "generate", counted)
    for numbers, expected in ((2 * 5 * 24 * 24, [2, 2]), (1, [1] * 4), (8_000_000, [4])):
        monkeypatch.setattr(generation, "NUMBERS", numbers)
        at_once.clear()
        found = generate([model], sources, DecodingOptions())
        assert at_once == expected
        for (one,), (other,) in zip(found, together, strict=True):
            assert np.abs(one.value.frames_FHWC.astype(int) - other.value.frames_FHWC).max() <= 1


def test_a_patch_lies_where_it_is_placed_and_is_cut_out_again():
    patch = torch.rand(1, 2, 4, 4)
    canvas = place(patch, torch.tensor([[0.5, 0.25]]), 16, 24)
    assert torch.allclose(canvas[:, :, 6:10, 4:8], patch) and canvas.sum() == pytest.approx(
        float(patch.sum())
    )
    assert torch.allclose(cut_out(canvas, torch.tensor([[0.5, 0.25]]), 4), patch)
    half = place(patch, torch.tensor([[8.5 / 16, 0.25]]), 16, 24)
    assert torch.allclose(half[:, :, 7:10, 4:8], (patch[:, :, 1:] + patch[:, :, :-1]) / 2, atol=1e-6)
    gone = place(patch, torch.tensor([[0.0, 0.0]]), 16, 24)
    assert torch.allclose(gone[:, :, :2, :2], patch[:, :, 2:, 2:])


def test_the_divergence_is_torchs():
    ours, theirs = ((torch.randn(50, 3), torch.randn(50, 3)) for _ in range(2))
    normals = [torch.distributions.Normal(mean, (0.5 * log).exp()) for mean, log in (ours, theirs)]
    expected = torch.distributions.kl_divergence(*normals)
    assert torch.allclose(gaussian_kl(*ours, *theirs), expected, rtol=1e-4, atol=1e-4)


def test_a_mixture_has_the_density_of_torchs_and_draws_from_it():
    torch.manual_seed(3)
    mixture = MixtureHead(5, 2, 3, 0.1)(torch.randn(7, 5))
    y_ND = torch.randn(7, 2)
    parts = torch.distributions.Independent(
        torch.distributions.Normal(mixture.means_NMD, mixture.log_deviations_NMD.exp()), 1
    )
    weights = torch.distributions.Categorical(logits=mixture.log_weights_NM)
    expected = torch.distributions.MixtureSameFamily(weights, parts).log_prob(y_ND)
    assert torch.allclose(mixture.log_prob(y_ND), expected, atol=1e-5)
    one = Mixture(*(part[:1].expand(4000, *part.shape[1:]) for part in mixture))
    drawn = one.draw(torch.rand(4000), torch.randn(4000, 2))
    mean = torch.distributions.MixtureSameFamily(weights, parts).mean[0]
    assert torch.allclose(drawn.mean(0), mean, atol=0.15)


def test_a_film_alone_has_the_loss_it_has_in_a_batch():
    model = model_of()
    together = model(model.collate(pairs()))
    alone = [model(model.collate([pair])) for pair in pairs()]
    assert together.counts.steps == 19
    assert together.counts.nll.item() == pytest.approx(
        sum(loss.counts.nll.item() for loss in alone), rel=1e-4
    )


def test_objects_are_paired_with_their_descriptions_in_any_order():
    model = model_of(film_objects=3)
    batch = model.collate(pairs()[:3])
    memory, decoder = model.encode(batch.sources), model.decoder
    found, real_BF = decoder.find(batch.target), torch.ones(3, 5, dtype=torch.bool)
    looks_B, paths_B, object_BJ = decoder.pair(memory, found, real_BF)
    turned = Found(*(part[:, [2, 0, 1]] for part in found))
    looks, paths, objects = decoder.pair(memory, turned, real_BF)
    assert torch.allclose(looks_B + paths_B, looks + paths, rtol=1e-4)
    assert torch.equal(objects, object_BJ[:, [2, 0, 1]])
    assert torch.equal(object_BJ.sort(1).values, torch.tensor([[0, 1, 2]] * 3))


def test_two_trackers_do_not_follow_the_same_thing():
    """Two cells are equally well seen; one of them moves to the next cell. No step of training was taken."""
    tracker = model_of().decoder.tracker
    scores = torch.zeros(1, 3, 9)
    for frame, cell in enumerate((0, 1, 2)):
        scores[:, frame, cell] += 20.1
    scores[:, :, 7] += 20
    cells = tracker._follow(scores)[0].argmax(-1)
    assert cells.tolist() == [[0, 1, 2], [7, 7, 7]]


def test_films_follow_the_source_and_the_seed():
    model, sources = model_of(), [pair.sources for pair in pairs()]
    draw = DecodingOptions(sample=True, seed=1)
    first, again = generate([model], sources, draw), generate([model], sources, draw)
    alone = generate([model], sources[2:3], draw, numbers=[2])[0][0].value
    other = generate([model], sources[2:3], DecodingOptions(sample=True, seed=2), numbers=[2])[0][0].value
    assert first[0][0].value.frames_FHWC.shape == (5, 24, 24, 1)
    assert all(
        np.array_equal(a.value.frames_FHWC, b.value.frames_FHWC)
        for (a,), (b,) in zip(first, again, strict=True)
    )
    difference = alone.frames_FHWC.astype(int) - first[2][0].value.frames_FHWC
    assert np.abs(difference).max() <= 1
    assert not np.array_equal(alone.frames_FHWC, other.frames_FHWC)


@pytest.mark.slow
def test_it_learns_four_films():
    """What is written is nearer to its own film than to any other, and lit where that is."""
    model = model_of(hidden=32, film_objects=1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    model.train()
    for step in range(300):
        torch.manual_seed(step)
        optimizer.param_groups[0]["lr"] = 0.01 * (1 - step / 300)
        optimizer.zero_grad()
        loss = model(model.collate(pairs(), step))
        loss.mean.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    found = generate([model], [pair.sources for pair in pairs()], DecodingOptions())
    for row, (output,) in enumerate(found):
        written = output.value.frames_FHWC[:4].astype(int)
        off = [np.abs(written - pair.target.frames_FHWC[:4]).mean() for pair in pairs()]
        assert int(np.argmin(off)) == row and off[row] < 6, off


def test_the_model_comes_back_from_its_facts(tmp_path):
    model = model_of()
    model.facts.save(tmp_path)
    assert type(model.facts).load(tmp_path).decoder == model.facts.decoder
