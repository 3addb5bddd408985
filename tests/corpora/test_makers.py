"""Made corpora: the same seed gives the same example, no split sees another's material, and parameters are kept."""

from __future__ import annotations

import dataclasses
import gzip
import os
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest
from fake_media import IMAGES, RATE, length_of, make_fsdd, make_mnist
from seqkit_public_corpora.makers.draws import WORDS
from seqkit_public_corpora.makers.mnist import bounds, rotated
from seqkit_public_corpora.makers.moving_digits import Mover, caption, two_movers
from seqkit_public_corpora.makers.spoken import SPEAKERS

from seqkit.data.catalogue import files_of, find_corpus, made_items, verify
from seqkit.errors import SeqkitError
from seqkit.extend.manager import load

REAL = os.environ.get("SEQKIT_CORPORA_DIR")
SPLITS = ("train", "dev", "test")
MADE = ("fsdd", "fsdd-strings", "mnist", "digit-lines", "digit-questions", "moving-digits")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Files whose content is their path."""
    found = tmp_path_factory.mktemp("corpora")
    make_mnist(found / "mnist")
    make_fsdd(found / "fsdd", SPEAKERS)
    return found


@pytest.fixture(autouse=True)
def only_these(folder, monkeypatch):
    monkeypatch.setenv("SEQKIT_CORPORA_DIR", str(folder))


def items(name, split, count, **options):
    """The first items of a split, some options of the manifest replaced."""
    spec = find_corpus(name)
    return list(
        islice(made_items(dataclasses.replace(spec, parameters={**spec.parameters, **options}), split), count)
    )


def arrays(item):
    """Everything in an item, to be compared."""
    found = []
    for value in (*item.reads.values(), *item.writes.values()):
        if isinstance(value, str):
            found.append(value)
        else:
            found += [np.asarray(getattr(value, field.name)).tolist() for field in dataclasses.fields(value)]
    return found


@pytest.mark.parametrize("name", MADE)
def test_an_example_follows_from_seed_split_and_place(name):
    few, more = items(name, "train", 3), items(name, "train", 5)
    assert [arrays(item) for item in few] == [arrays(item) for item in more[:3]]
    if name not in ("fsdd", "mnist"):
        assert arrays(few[0]) != arrays(few[1])
        assert arrays(few[0]) != arrays(items(name, "dev", 1)[0])
        assert arrays(few[0]) != arrays(items(name, "train", 1, seed=2027)[0])


@pytest.mark.parametrize("name", MADE)
def test_splits_have_the_sizes_of_the_manifest(name):
    spec = find_corpus(name)
    expected = {
        "fsdd": {"train": 2400, "dev": 300, "test": 300},
        "mnist": {"train": 400, "dev": 50, "test": 50},
    }.get(name, spec.parameters.get("count"))
    assert expected["test"] == {"fsdd": 300, "mnist": 50}.get(name, 1000)
    for split in ("dev",) if name == "digit-lines" else ("dev", "test"):
        assert sum(1 for _ in made_items(spec, split)) == expected[split]


def test_recordings_are_divided_by_their_number():
    lengths = {
        split: {len(item.reads["audio"].samples_T) for item in items("fsdd", split, 3000)} for split in SPLITS
    }
    numbers = {"train": range(10, 50), "dev": range(5, 10), "test": range(5)}
    for split in SPLITS:
        assert lengths[split] == {
            length_of(speaker, digit, index)
            for speaker in range(6)
            for digit in range(10)
            for index in numbers[split]
        }
    assert items("fsdd", "test", 1)[0].writes == {"text": "zero"}
    assert items("fsdd", "test", 3000)[-1].writes == {"text": "nine"}


def runs(samples, minimum=2):
    """Stretches of sound, as (start, end); a gap is `minimum` or more zeros."""
    sounding = np.flatnonzero(np.abs(samples) > 0.1)
    breaks = np.flatnonzero(np.diff(sounding) > minimum)
    starts, ends = [sounding[0], *sounding[breaks + 1]], [*sounding[breaks], sounding[-1]]
    return list(zip(starts, [end + 1 for end in ends], strict=True))


@pytest.mark.parametrize(
    ("split", "numbers"), [("train", range(10, 50)), ("dev", range(5, 10)), ("test", range(5))]
)
def test_strings_join_recordings_of_one_speaker_and_of_their_split(split, numbers):
    gaps = [5, 200]
    where = {
        length_of(speaker, digit, index): (speaker, digit, index)
        for speaker in range(6)
        for digit in range(10)
        for index in range(50)
    }
    for item in items("fsdd-strings", split, 30, gap_ms=gaps, noise_db=[200, 200]):
        parts = runs(item.reads["audio"].samples_T)
        found = [where[end - start] for start, end in parts]
        assert " ".join(WORDS[digit] for _, digit, _ in found) == item.writes["text"]
        assert 3 <= len(found) <= 7
        assert len({speaker for speaker, _, _ in found}) == 1
        assert {index for _, _, index in found} <= set(numbers)
        for (_, end), (start, _) in pairwise(parts):
            assert 5 * RATE // 1000 <= start - end <= 200 * RATE // 1000


def test_gaps_and_noise_span_the_ranges_of_the_manifest():
    options = find_corpus("fsdd-strings").parameters
    assert (options["gap_ms"], options["noise_db"], options["digits"]) == ([0, 200], [10, 30], [3, 7])
    ratios, gaps, counts = [], [], set()
    for noisy, clean in zip(
        items("fsdd-strings", "test", 150),
        items("fsdd-strings", "test", 150, noise_db=[200, 200]),
        strict=True,
    ):
        assert noisy.writes == clean.writes
        mixed, plain = noisy.reads["audio"].samples_T, clean.reads["audio"].samples_T
        assert mixed.dtype == np.float32 and np.abs(mixed).max() <= 1
        # Undo the scaling that keeps a loud sum from being clipped.
        scale = float(mixed @ plain / (plain @ plain))
        noise = mixed / scale - plain
        ratios.append(10 * np.log10((plain**2).mean() / (noise**2).mean()))
        parts = runs(plain)
        counts.add(len(noisy.writes["text"].split()))
        if len(parts) == len(noisy.writes["text"].split()):
            gaps += [start - end for (_, end), (start, _) in pairwise(parts)]
    assert 9.7 < min(ratios) < 11 and 29 < max(ratios) < 30.3
    assert max(gaps) <= 1600 and max(gaps) > 1500 and min(gaps) < 100
    assert counts == {3, 4, 5, 6, 7}


def grey_index(pixels):
    """Which image a block of grey came from."""
    return round(int(pixels.max()) / 255 * IMAGES) - 1


def test_images_are_divided_by_their_place():
    assert [bounds(1000, split, find_corpus("mnist").parameters["shares"]) for split in SPLITS] == [
        (0, 800),
        (800, 900),
        (900, 1000),
    ]
    seen = {
        split: {grey_index(item.reads["image"].pixels_HWC) for item in items("mnist", split, 500)}
        for split in SPLITS
    }
    assert seen == {"train": set(range(40)), "dev": set(range(40, 45)), "test": set(range(45, 50))}


@pytest.mark.parametrize("name", ["digit-lines", "digit-questions", "moving-digits"])
def test_no_split_draws_another_splits_images(name):
    still = (
        {} if name == "moving-digits" else {"rotation": [0, 0], "scale": [1, 1], "noise": 0.0, "ink": 0.01}
    )
    ranges = {"train": (0, 39), "dev": (40, 44), "test": (45, 49)}
    for split, (first, last) in ranges.items():
        for item in items(name, split, 60, **still):
            value = (
                item.reads["video"].frames_FHWC if name == "moving-digits" else item.reads["image"].pixels_HWC
            )
            inks = {round(int(grey) / 255 * IMAGES) - 1 for grey in np.unique(value) if grey}
            assert first <= min(inks) and max(inks) <= last


def test_lines_keep_spacing_jitter_and_height():
    options = find_corpus("digit-lines").parameters
    assert (options["spacing"], options["jitter"], options["height"]) == ([-2, 8], [-3, 3], 32)
    spaces, tops, counts = set(), set(), set()
    still = {"rotation": [0, 0], "scale": [1, 1], "noise": 0.0, "ink": 0.01}
    for item in items("digit-lines", "test", 300, **still):
        line, text = item.reads["image"].pixels_HWC[:, :, 0], item.writes["text"]
        assert line.shape[0] == 32
        counts.add(len(text))
        columns = np.flatnonzero(line.max(axis=0))
        assert columns[0] == options["margin"] and columns[-1] == line.shape[1] - 1 - options["margin"]
        widths = [int(digit) + 4 for digit in text]
        rest = line.shape[1] - 2 * options["margin"] - sum(widths)
        assert -2 * (len(text) - 1) <= rest <= 8 * (len(text) - 1)
        breaks = np.diff(columns)
        spaces |= set((breaks[breaks > 1] - 1).tolist())
        first = np.flatnonzero(line[:, columns[0]])
        assert len(first) == 10
        tops.add(int(first[0]) - 11)
    assert counts == set(range(3, 9))
    assert spaces == set(range(1, 9))
    assert tops == set(range(-3, 4))


def test_noise_has_the_deviation_of_the_manifest():
    # Below 0 it is cut off: what is left of a normal of deviation s has the mean s / √(2π).
    background = [item.reads["image"].pixels_HWC[:, :3] for item in items("digit-lines", "dev", 60)]
    mean = np.mean([part.mean() for part in background]) / 255
    assert mean == pytest.approx(0.1 / np.sqrt(2 * np.pi), rel=0.05)


def test_turning_by_nothing_changes_nothing():
    image = np.random.default_rng(1).random((28, 28)).astype(np.float32)
    assert np.allclose(rotated(image, 0, 1, 28), image, atol=1e-5)
    assert np.allclose(rotated(image, 0, 1, 32), np.pad(image, 2), atol=1e-5)
    assert np.allclose(rotated(image, 90, 1, 28), np.rot90(image), atol=1e-4)


def test_turning_equals_pillows():
    image_module = pytest.importorskip("PIL.Image")
    y, x = np.mgrid[:28, :28]
    image = np.exp(-(((x - 10) / 4) ** 2) - ((y - 15) / 6) ** 2).astype(np.float32)
    theirs = image_module.fromarray(image).rotate(12, resample=image_module.Resampling.BILINEAR)
    assert np.abs(rotated(image, 12, 1, 28) - np.asarray(theirs)).max() < 0.01


def test_scaling_scales_area():
    y, x = np.mgrid[:28, :28]
    image = np.exp(-(((x - 13.5) / 3) ** 2) - ((y - 13.5) / 3) ** 2).astype(np.float32)
    for scale in (0.8, 1.2):
        assert rotated(image, 0, scale, 40).sum() == pytest.approx(image.sum() * scale**2, rel=0.01)


def test_a_question_needs_the_image_and_the_image_a_question():
    found = items("digit-questions", "dev", 400)
    still = items(
        "digit-questions", "dev", 400, rotation=[0, 0], scale=[1, 1], noise=0.0, ink=0.01, spacing=[3, 3]
    )
    sides = [item.reads["text"] for item in found]
    assert 160 < sides.count("left") < 240 and set(sides) == {"left", "right"}
    for item in still:
        columns = np.flatnonzero(item.reads["image"].pixels_HWC[:, :, 0].max(axis=0))
        (gap,) = np.flatnonzero(np.diff(columns) > 1)
        widths = (gap + 1, len(columns) - gap - 1)
        assert widths[0] != widths[1], "the two digits differ"
        width = widths[0] if item.reads["text"] == "left" else widths[1]
        assert item.writes["text"] == WORDS[width - 4]


def test_captions_name_what_moves():
    assert (
        caption([Mover(1, 0), Mover(0, 5)])
        == "digit 5 is moving left and right and digit 0 is going up and down"
    )


def boxes(film):
    """Top, left, height and width of the ink in each frame."""
    found = []
    for frame in film.frames_FHWC[..., 0]:
        rows, columns = np.flatnonzero(frame.max(axis=1)), np.flatnonzero(frame.max(axis=0))
        found.append((rows[0], columns[0], len(rows), len(columns)))
    return np.array(found)


def test_single_digits_move_as_in_their_caption():
    speeds, turned_back = set(), 0
    for item in items("moving-digits", "test", 200)[::2]:
        film = item.reads["video"]
        assert film.frames_FHWC.shape == (16, 64, 64, 1) and film.frames_FHWC.dtype == np.uint8
        found = boxes(film)
        across = "left and right" in item.reads["text"]
        along, still = (found[:, 1], found[:, 0]) if across else (found[:, 0], found[:, 1])
        assert len(set(still)) == 1
        assert item.reads["text"].startswith(f"digit {found[0, 3] - 4} is")
        steps = np.diff(along)
        speed = np.abs(steps).max()
        speeds.add(int(speed))
        # Only where it turns back does a digit cover less ground.
        assert (np.abs(steps) == speed).mean() > 0.7
        turned_back += len({int(np.sign(step)) for step in steps if step}) == 2
    assert speeds == {2, 3, 4}
    assert turned_back > 50


def test_one_caption_in_ten_occurs_only_in_test():
    held, others = ({caption(pair) for pair in two_movers(out)} for out in (True, False))
    assert (len(held), len(others)) == (21, 189)
    assert not held & others
    counts = {
        split: [item.writes["text"] for item in items("moving-digits", split, 1000)] for split in SPLITS
    }
    two = {split: {text for text in texts if text.count("digit") == 2} for split, texts in counts.items()}
    assert two["test"] == held
    assert two["train"] <= others and two["dev"] <= others
    assert len(two["train"]) > 150
    assert all(sum(text.count("digit") == 2 for text in texts) == len(texts) / 2 for texts in counts.values())


def test_a_clip_reads_and_writes_the_same_things():
    (item,) = items("moving-digits", "train", 1)
    assert item.reads["video"] is item.writes["video"]
    assert item.reads["text"] == item.writes["text"]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "cannot be read"), (b"RIFF no", "cannot be read"), (None, "cannot be read")],
)
def test_a_damaged_recording_is_named(tmp_path, content, said):
    (tmp_path / "recordings").mkdir()
    path = tmp_path / "recordings" / "0_george_0.wav"
    if content is not None:
        path.write_bytes(content)
    spec = find_corpus("fsdd")
    with pytest.raises(SeqkitError, match=r"0_george_0\.wav") as caught:
        next(load(spec.maker)(tmp_path, "test", spec.parameters))
    assert said in caught.value.problem
    assert "seqkit corpora get fsdd" in caught.value.fix


@pytest.mark.parametrize("content", [b"no gzip", gzip.compress(b"{}", mtime=0)[:10] + b"\xff" * 20])
def test_a_damaged_image_file_is_named(tmp_path, content):
    (tmp_path / "0.json.gz").write_bytes(content)
    spec = find_corpus("mnist")
    with pytest.raises(SeqkitError, match=r"0\.json\.gz"):
        next(load(spec.maker)(tmp_path, "test", spec.parameters))


def test_real_files_are_those_of_the_manifests(monkeypatch):
    if not REAL or not (Path(REAL) / "mnist").is_dir():
        pytest.skip("needs real corpora: set SEQKIT_CORPORA_DIR to the folder that holds them")
    monkeypatch.setenv("SEQKIT_CORPORA_DIR", REAL)
    assert verify("digit-lines") == []
    assert verify("fsdd-strings") == []
    assert sum(file.size for file in files_of(find_corpus("fsdd"))) == find_corpus("fsdd").listing.size
    assert len(files_of(find_corpus("fsdd"))) == 3000
