"""The image encoder: files, limits, scaling, padding."""

import numpy as np
import pytest
import torch
from media_models import padding_changes, untrained
from PIL import Image
from seqkit_image.facts import ImageFacts
from seqkit_image.files import read_picture

from seqkit import SeqkitError
from seqkit.decoding.options import DecodingOptions
from seqkit.examples import Pair
from seqkit.inference.generation import generate
from seqkit.media import Limits, Picture


def pictures(channels=1):
    random = np.random.default_rng(3)
    return [
        Picture(random.integers(0, 256, (16, width, channels), dtype=np.uint8)) for width in (7, 40, 23, 1)
    ]


@pytest.fixture(scope="module")
def model():
    pairs = [Pair({"image": picture}, f"word {n}") for n, picture in enumerate(pictures())]
    return untrained(pairs, encoder="image", image_channels=4)


@pytest.mark.parametrize(("suffix", "close"), [(".png", 0), (".webp", 0), (".jpg", 12)])
def test_a_file_gives_back_its_pixels(tmp_path, suffix, close):
    rows, columns = np.mgrid[0:20, 0:30]
    pixels = np.stack([rows * 10, columns * 8, 255 - rows * 5], axis=2).astype(np.uint8)
    options = {".webp": {"lossless": True}, ".jpg": {"quality": 98, "subsampling": 0}}.get(suffix, {})
    Image.fromarray(pixels).save(tmp_path / f"a{suffix}", **options)
    found = read_picture(tmp_path / f"a{suffix}").pixels_HWC
    assert found.dtype == np.uint8
    assert np.abs(found.astype(int) - pixels).max() <= close
    Image.fromarray(pixels[:, :, 0]).save(tmp_path / "grey.png")
    assert np.array_equal(read_picture(tmp_path / "grey.png").pixels_HWC, pixels[:, :, :1])


def test_what_is_transparent_is_white(tmp_path):
    Image.new("RGBA", (3, 2), (10, 20, 30, 0)).save(tmp_path / "clear.png")
    assert (read_picture(tmp_path / "clear.png").pixels_HWC == 255).all()


def test_sixteen_bits_keep_their_brightness(tmp_path):
    Image.fromarray(np.array([[0, 32896, 65535]], np.uint16)).save(tmp_path / "deep.png")
    assert read_picture(tmp_path / "deep.png").pixels_HWC.ravel().tolist() == [0, 128, 255]
    # Dark in all its pixels: the depth of 16 bits comes from the file, not from the values.
    Image.fromarray(np.array([[0, 200, 257]], np.uint16)).save(tmp_path / "dark.png")
    assert read_picture(tmp_path / "dark.png").pixels_HWC.ravel().tolist() == [0, 0, 1]


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    Image.new("L", (100, 50)).save(tmp_path / "big.png")
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda *a: pytest.fail("decoded"))
    with pytest.raises(SeqkitError, match=r"big\.png: has 100 × 50 pixels, more than the 4,999"):
        read_picture(tmp_path / "big.png", Limits(pixels=4999))


def test_the_only_limit_of_pixels_is_the_one_given(tmp_path, monkeypatch):
    """Pillow's own, above twice MAX_IMAGE_PIXELS, would make 50,000,000 the most that --max-pixels can say."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    Image.new("L", (100, 50)).save(tmp_path / "big.png")
    assert read_picture(tmp_path / "big.png", Limits(pixels=5000)).pixels_HWC.shape == (50, 100, 1)
    with pytest.raises(SeqkitError, match="more than the 4,999 allowed"):
        read_picture(tmp_path / "big.png", Limits(pixels=4999))
    assert Image.MAX_IMAGE_PIXELS == 1000


def test_bad_files_are_named(tmp_path):
    noise = np.random.default_rng(1).integers(0, 256, (40, 40), dtype=np.uint8)
    for suffix in ("png", "jpg", "webp"):
        whole = tmp_path / f"whole.{suffix}"
        Image.fromarray(noise).save(whole)
        (tmp_path / f"short.{suffix}").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    (tmp_path / "wrong.png").write_bytes((tmp_path / "whole.jpg").read_bytes())
    (tmp_path / "text.png").write_text("seven")
    (tmp_path / "nothing.png").write_bytes(b"")
    bad = ["short.png", "short.jpg", "short.webp", "wrong.png", "text.png", "nothing.png", "absent.png"]
    for name in bad:
        with pytest.raises(SeqkitError, match=name.replace(".", r"\.")):
            read_picture(tmp_path / name)


def test_without_pillow_the_extra_is_named(tmp_path, monkeypatch):
    (tmp_path / "any.png").write_bytes(b"x")
    monkeypatch.setitem(__import__("sys").modules, "PIL", None)
    with pytest.raises(SeqkitError, match="Pillow") as caught:
        read_picture(tmp_path / "any.png")
    assert "pip install '.[image]'" in caught.value.fix


def test_padding_changes_nothing(model):
    assert padding_changes(model.encoders["image"], pictures()) < 1e-5


def test_height_and_colours_are_the_training_splits(model):
    encoder = model.encoders["image"]
    assert (encoder.facts.height, encoder.facts.channels) == (16, 1)
    tall = Picture(np.full((32, 64, 3), (255, 0, 0), np.uint8))
    x_CHW = encoder.scaled(tall)
    assert x_CHW.shape == (1, 16, 32)
    assert torch.allclose(x_CHW, torch.tensor(0.299), atol=1e-4)
    one = Picture(np.zeros((1, 1, 1), np.uint8))
    assert encoder(encoder.collate([one])).states_BSD.isfinite().all()
    assert encoder.labels(tall)[:2] == ["column 0", "column 8"]
    assert encoder.view(tall).shape == (32, 64, 3)


def test_colours_are_read_on_request():
    pairs = [Pair({"image": picture}, "a word") for picture in pictures(3)]
    model = untrained(pairs, encoder="image", image_channels=4, image_height=12)
    assert model.encoders["image"].scaled(pairs[0].sources["image"]).shape[:2] == (3, 12)


@pytest.mark.parametrize("changed", ["image_shift", "image_warp", "image_noise"])
def test_what_is_random_follows_from_the_seed(changed):
    pairs = [Pair({"image": picture}, "a word") for picture in pictures()]
    plain = {"image_shift": 0.0, "image_warp": 0.0, "image_noise": 0.0}
    encoder = untrained(pairs, encoder="image", image_channels=4, **(plain | {changed: 0.2})).encoders[
        "image"
    ]
    first, again, other, none = (encoder.collate(pictures()[:1] * 8, seed).x_BCHW for seed in (1, 1, 2, None))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert (none == none[:1]).all()


def test_a_picture_is_moved_by_whole_pixels_both_ways():
    pairs = [Pair({"image": picture}, "a word") for picture in pictures()]
    moved = {"image_shift": 0.125, "image_warp": 0.0}
    encoder = untrained(pairs, encoder="image", image_channels=4, **moved).encoders["image"]
    several = [pictures()[1]] * 60
    still_HW = encoder.collate(several[:1]).x_BCHW[0, 0]
    inside_HW = still_HW[4:-4, 4:-4]
    rows, columns = inside_HW.shape
    found = set()
    for x_HW in encoder.collate(several, seed=1).x_BCHW[:, 0]:
        places = [
            (down, right)
            for down in range(-4, 5)
            for right in range(-4, 5)
            if torch.equal(x_HW[4 + down :, 4 + right :][:rows, :columns], inside_HW)
        ]
        assert len(places) == 1
        found |= set(places)
    # Two of sixteen rows at most, as many columns, and all of the ways there are.
    assert {down for down, _ in found} == {right for _, right in found} == {-2, -1, 0, 1, 2}


def test_noise_has_the_requested_deviation():
    pairs = [Pair({"image": picture}, "a word") for picture in pictures()]
    noisy = {"image_shift": 0.0, "image_warp": 0.0, "image_noise": 0.5}
    encoder = untrained(pairs, encoder="image", image_channels=4, **noisy).encoders["image"]
    several = pictures()[:1] * 20
    noise_BCHW = encoder.collate(several, seed=1).x_BCHW - encoder.collate(several).x_BCHW
    assert noise_BCHW.std().item() == pytest.approx(0.5, rel=0.05)
    assert noise_BCHW.mean().item() == pytest.approx(0, abs=0.02)


def test_facts_come_back_from_their_folder(model, tmp_path):
    facts = model.facts.encoders["image"]
    facts.save(tmp_path)
    assert ImageFacts.load(tmp_path) == facts


def test_a_small_picture_may_have_a_long_text():
    """A picture of a few columns, its text as long as those of training: the bound must not cut it."""
    text = "a rather long description of a picture that is very small, word after word after word"
    pairs = [Pair({"image": Picture(np.zeros((16, 16, 1), np.uint8))}, text)] * 4
    model = untrained(pairs, encoder="image", decoder="text", vocab_size=40)
    wanted = model.decoder.symbols(text)

    def step(previous_N, state):
        """Writes what was wanted, whatever the picture."""
        log_p_NV = torch.full((len(state), model.decoder.end + 1), -50.0)
        for row, done in enumerate(state):
            log_p_NV[row, wanted[done] if done < len(wanted) else model.decoder.end] = 0.0
        return log_p_NV, [done + 1 for done in state]

    model.decoder.step = step
    model.decoder.start = lambda memory: [0] * len(memory.states_BSD)
    ((found,),) = generate([model], [pairs[0].sources], DecodingOptions(beam=1))
    assert found.value == text


def test_numbers_in_pictures_are_written_digit_by_digit():
    texts = [f"{number:05}" for number in range(0, 100_000, 777)]
    pairs = [Pair({"image": Picture(np.zeros((16, 16, 1), np.uint8))}, text) for text in texts]
    model = untrained(pairs, encoder="image", decoder="text", vocab_size=0)
    for text in ("40721", "55555"):
        pieces = [model.decoder.subword.piece(symbol) for symbol in model.decoder.symbols(text)]
        assert [piece for piece in pieces if piece != "▁"] == list(text)
