"""Smooth warping: direction and distance of pixels; all frames of a film move together."""

from __future__ import annotations

import pytest
import torch

from seqkit.nn.warp import warped


def coordinates(height: int = 48, width: int = 64) -> torch.Tensor:
    """A picture whose two channels say in which row and column a pixel lies."""
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    return torch.stack([rows, columns]).float()[None]


def generator(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("size", [(48, 64), (1, 1), (5, 3)])
def test_without_noise_nothing_moves(size):
    x = torch.rand(2, 3, *size, generator=generator())
    assert torch.allclose(warped(x, 0.0, generator()), x, atol=1e-5)


def test_pixels_move_by_the_requested_distance_and_smoothly():
    x = coordinates(200, 200)
    moved = (warped(x, 2.0, generator()) - x)[0, :, 10:-10, 10:-10]
    # What is left when the slower movements (slant, widths, height) are taken out.
    middle = torch.nn.functional.avg_pool2d(moved, 41, stride=1)
    noise = moved[:, 20:-20, 20:-20] - middle
    # Between knots bicubic interpolation averages: from 2 at a knot to 1.2 in the middle of four.
    assert 1.2 < float(noise.std()) < 2.0
    assert float(moved.diff(dim=-1).abs().max()) < 2.5


def test_the_ends_of_a_line_stay_and_its_order_too():
    x = coordinates(1, 300)
    for seed in range(20):
        columns = warped(x, 0.3, generator(seed))[0, 1, 0]
        assert abs(float(columns[0])) < 1.5 and abs(float(columns[-1]) - 299) < 1.5
        assert float(columns.diff().min()) > 0


def test_a_slant_moves_rows_against_each_other():
    x = coordinates(64, 64)
    moved = torch.stack([(warped(x, 1.0, generator(seed)) - x)[0, 1] for seed in range(200)])
    slants = (moved[:, 48:, 20:44].mean((1, 2)) - moved[:, :16, 20:44].mean((1, 2))) / 48
    # Deviation 0.12 of the slant itself; the noise of the knots adds a little.
    assert 0.10 < float(slants.std()) < 0.15


def test_frames_of_a_film_move_alike_and_follow_the_generator():
    film = coordinates().expand(3, -1, -1, -1)
    first = warped(film, 1.0, generator(7))
    assert torch.equal(first[0], first[2])
    assert torch.equal(first, warped(film, 1.0, generator(7)))
    assert not torch.equal(first, warped(film, 1.0, generator(8)))
