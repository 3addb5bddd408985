"""The video encoder and the files of films."""

import dataclasses
import struct
from fractions import Fraction

import av
import numpy as np
import pytest
import torch
from media_models import padding_changes, untrained
from seqkit_video import layers
from seqkit_video.facts import VideoFacts
from seqkit_video.files import read_film, write_film
from torch.nn.functional import interpolate

from seqkit import SeqkitError
from seqkit.evaluation.attention import alignment
from seqkit.examples import Pair
from seqkit.media import Film, Limits


def moving_square(frames=6, size=32, channels=1, step=3):
    pixels = np.zeros((frames, size, size, channels), np.uint8)
    for number in range(frames):
        left = (number * step) % (size - 8)
        pixels[number, 8:16, left : left + 8] = 255
    return Film(pixels, 8.0)


def films():
    return [moving_square(count, step=count) for count in (3, 6, 1, 5)]


@pytest.fixture(scope="module")
def model():
    pairs = [Pair({"video": film}, f"film {n}") for n, film in enumerate(films())]
    return untrained(pairs, encoder="video", video_channels=4, video_features=16, video_places=True)


@pytest.mark.parametrize(("suffix", "close"), [(".gif", 0), (".mp4", 6), (".webm", 8)])
def test_a_film_comes_back_from_its_file(tmp_path, suffix, close):
    film, path = moving_square(), tmp_path / f"a{suffix}"
    write_film(film, path)
    found = read_film(path)
    assert found.frames_FHWC.shape == film.frames_FHWC.shape and found.rate == pytest.approx(8, rel=0.05)
    assert np.abs(found.frames_FHWC.astype(int) - film.frames_FHWC).mean() <= close
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", [".gif", ".mp4"])
def test_colours_odd_sizes_and_one_frame(tmp_path, suffix):
    pixels = np.zeros((1, 17, 23, 3), np.uint8)
    pixels[..., 0] = 255
    write_film(Film(pixels, 8.0), tmp_path / f"red{suffix}")
    found = read_film(tmp_path / f"red{suffix}").frames_FHWC
    assert found.shape == pixels.shape
    assert found[..., 0].mean() > 235 and found[..., 1:].mean() < 12


def test_writing_what_cannot_be_written_leaves_no_file(tmp_path):
    with pytest.raises(SeqkitError, match=r"\.avi"):
        write_film(moving_square(), tmp_path / "a.avi")
    with pytest.raises(SeqkitError, match="without frames"):
        write_film(Film(np.zeros((0, 8, 8, 1), np.uint8)), tmp_path / "a.gif")
    assert list(tmp_path.iterdir()) == []


def test_limits_are_checked_before_everything_is_decoded(tmp_path):
    write_film(moving_square(12), tmp_path / "a.gif")
    write_film(moving_square(12), tmp_path / "a.mp4")
    for name in ("a.gif", "a.mp4"):
        for limits, said in (
            (Limits(frames=5), "more than the 5 frames"),
            (Limits(pixels=1000), "32 × 32 pixels"),
            (Limits(seconds=0.5), "the 0.5 s allowed"),
            (Limits(pixels=32 * 32 * 2), "unpacks to more than 4 × 2,048 pixels"),
        ):
            with pytest.raises(SeqkitError, match=said) as caught:
                read_film(tmp_path / name, limits)
            assert name in caught.value.problem


@pytest.mark.parametrize("suffix", ["gif", "mp4", "webm"])
def test_a_film_cut_short_is_named(tmp_path, suffix):
    whole = tmp_path / f"whole.{suffix}"
    noise = np.random.default_rng(1).integers(0, 256, (16, 32, 32, 1), dtype=np.uint8)
    write_film(Film(noise, 8.0), whole)
    for share in (0.3, 0.6, 0.8):
        short = tmp_path / f"short.{suffix}"
        short.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * share)])
        with pytest.raises(SeqkitError, match=rf"short\.{suffix}"):
            read_film(short)


def test_an_mp4_cut_between_two_frames_is_named(tmp_path):
    """With its index in front (faststart), FFmpeg reads such a file as a shorter film without an error."""
    noise = np.random.default_rng(1).integers(0, 256, (12, 32, 32, 3), dtype=np.uint8)
    path = tmp_path / "whole.mp4"
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=8)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        for pixels in noise:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode(None))
    with av.open(str(path)) as container:
        ends = [packet.pos + packet.size for packet in container.demux() if packet.size]
    (tmp_path / "short.mp4").write_bytes(path.read_bytes()[: ends[5]])
    with av.open(str(tmp_path / "short.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == 6
    with pytest.raises(SeqkitError, match=r"short\.mp4: ends before the film does"):
        read_film(tmp_path / "short.mp4")


def write_uneven(path, times, sound_ms=0, options=None):
    """A WebM file with frames at these milliseconds and a silent sound track."""
    noise = np.random.default_rng(1).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    with av.open(str(path), "w", format="webm", options=options or {}) as container:
        pictures = container.add_stream("libvpx-vp9", rate=25)
        pictures.width = pictures.height = 32
        pictures.pix_fmt, pictures.codec_context.time_base = "yuv420p", Fraction(1, 1000)
        sound = container.add_stream("libopus", rate=48000) if sound_ms else None
        for time in times:
            frame = av.VideoFrame.from_ndarray(np.roll(noise, time, axis=0), format="rgb24")
            frame.pts, frame.time_base = time, Fraction(1, 1000)
            container.mux(pictures.encode(frame))
        container.mux(pictures.encode(None))
        for start in range(0, sound_ms * 48, 960):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1920), np.int16), format="s16", layout="stereo")
            frame.rate, frame.pts = 48000, start
            container.mux(sound.encode(frame))
        container.mux(sound.encode(None) if sound else [])


@pytest.mark.parametrize("options", [{}, {"live": "1"}])
@pytest.mark.parametrize(("times", "sound_ms"), [((0, 40, 80, 1500, 3000), 0), ((0, 40, 80, 120), 3000)])
def test_frames_at_any_distance_and_a_longer_sound_are_no_cut(tmp_path, times, sound_ms, options):
    path = tmp_path / "a.webm"
    write_uneven(path, times, sound_ms, options)
    assert len(read_film(path).frames_FHWC) == len(times)
    if not options:
        for lost in (1, path.stat().st_size // 4):
            (tmp_path / "short.webm").write_bytes(path.read_bytes()[:-lost])
            with pytest.raises(SeqkitError, match=r"short\.webm"):
                read_film(tmp_path / "short.webm")


def test_a_webm_of_unknown_length_is_truncated_if_its_last_packet_is_early(tmp_path):
    """As some programs write it: the length of the segment unknown, the duration given."""
    write_uneven(tmp_path / "a.webm", range(0, 3000, 100), 3000)
    content = bytearray((tmp_path / "a.webm").read_bytes())
    at = content.find(b"\x18\x53\x80\x67") + 4
    content[at : at + 8] = b"\x01" + b"\xff" * 7
    (tmp_path / "b.webm").write_bytes(content)
    assert len(read_film(tmp_path / "b.webm").frames_FHWC) == 30
    clusters = content.rfind(b"\x1c\x53\xbb\x6b")  # The index, which stands at the end.
    (tmp_path / "c.webm").write_bytes(content[: clusters * 3 // 5])
    with pytest.raises(SeqkitError, match=r"c\.webm"):
        read_film(tmp_path / "c.webm")


def test_bytes_after_the_end_of_a_gif_are_ignored(tmp_path):
    path = tmp_path / "a.gif"
    write_film(moving_square(), path)
    content = path.read_bytes()
    path.write_bytes(content + b"written by a camera")
    assert np.array_equal(read_film(path).frames_FHWC, moving_square().frames_FHWC)
    path.write_bytes(content[:-1])
    with pytest.raises(SeqkitError, match="ends before the film does"):
        read_film(path)


@pytest.mark.parametrize(
    ("matrix", "turns"), [((0, 1, -1, 0), -1), ((-1, 0, 0, -1), 2), ((0, -1, 1, 0), 1), ((1, 0, 0, 1), 0)]
)
def test_a_film_of_a_turned_telephone_is_upright(tmp_path, matrix, turns):
    """ISO 14496-12, 8.3.2: x' = a x + c y, y' = b x + d y, y downwards; (0, 1, -1, 0) turns clockwise."""
    pixels = np.zeros((2, 32, 48, 1), np.uint8)
    pixels[:, :16, :16] = 255
    path = tmp_path / "a.mp4"
    write_film(Film(pixels, 8.0), path)
    content = bytearray(path.read_bytes())
    a, b, c, d = (number * 65536 for number in matrix)
    at = content.find(b"tkhd") + 44
    content[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(content)
    found = read_film(path).frames_FHWC
    expected = np.rot90(pixels, turns, axes=(1, 2))
    assert found.shape == expected.shape
    assert np.abs(found.astype(int) - expected).mean() < 3


def test_bad_files_are_named(tmp_path):
    write_film(moving_square(), tmp_path / "right.gif")
    (tmp_path / "wrong.mp4").write_bytes((tmp_path / "right.gif").read_bytes())
    (tmp_path / "text.mp4").write_text("digit 5 is moving")
    (tmp_path / "nothing.gif").write_bytes(b"")
    (tmp_path / "list.mp4").write_text(f"#EXTM3U\n#EXTINF:1,\n{tmp_path / 'right.gif'}\n#EXT-X-ENDLIST\n")
    with av.open(str(tmp_path / "sound.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 8000
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    write_film(moving_square(), tmp_path / "right.mp4")
    unknown = (tmp_path / "right.mp4").read_bytes().replace(b"avc1", b"xyz9")
    (tmp_path / "codec.mp4").write_bytes(unknown)
    for name in ("wrong.mp4", "text.mp4", "list.mp4", "nothing.gif", "sound.mp4", "codec.mp4", "absent.gif"):
        with pytest.raises(SeqkitError, match=name.replace(".", r"\.")):
            read_film(tmp_path / name)


def test_a_film_that_may_not_be_opened_is_named(tmp_path, monkeypatch):
    write_film(moving_square(), tmp_path / "closed.gif")
    with monkeypatch.context() as patched:
        patched.setattr("builtins.open", lambda *a, **k: (_ for _ in ()).throw(PermissionError(13, "no")))
        with pytest.raises(SeqkitError, match=r"closed\.gif"):
            read_film(tmp_path / "closed.gif")
    with pytest.raises(SeqkitError, match="xxx"):
        read_film(tmp_path / ("x" * 300 + ".gif"))


def test_without_pyav_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "av", None)
    with pytest.raises(SeqkitError, match="PyAV") as caught:
        read_film(tmp_path / "any.gif")
    assert "pip install '.[video]'" in caught.value.fix


def test_padding_changes_nothing(model):
    assert padding_changes(model.encoders["video"], films()) < 1e-5


def test_a_still_film_and_another_size_are_read(model):
    encoder = model.encoders["video"]
    still = Film(np.zeros((4, 50, 70, 3), np.uint8), 25.0)
    memory = encoder(encoder.collate([still]))
    # Each frame as a whole, and a grid of 4 × 4 places.
    assert memory.states_BSD.shape == (1, 4 * (1 + 16), 16) and memory.states_BSD.isfinite().all()
    assert encoder.labels(still)[-1] == "frame 4" and encoder.view(still).shape == (50, 280, 3)


@pytest.mark.parametrize(("height", "width"), [(8, 8), (9, 66), (31, 13), (64, 50)])
def test_frames_of_any_size_are_read(height, width):
    film = Film(np.zeros((2, height, width, 1), np.uint8), 8.0)
    encoder = untrained([Pair({"video": film}, "a film")], encoder="video", video_channels=4).encoders[
        "video"
    ]
    assert encoder.shape.height == height
    assert encoder(encoder.collate([film])).states_BSD.isfinite().all()


def test_in_training_a_film_is_warped_and_all_its_frames_alike(model):
    encoder, film = model.encoders["video"], Film(np.repeat(moving_square(1).frames_FHWC, 3, axis=0), 8.0)
    first, again, none = (encoder.collate([film], seed).x_BFCHW for seed in (1, 1, None))
    assert torch.equal(first, again) and not torch.equal(first, none)
    assert torch.equal(first[:, 0], first[:, 2])


@pytest.mark.parametrize("channels", [1, 3])
def test_frames_are_scaled_a_few_at_a_time_to_what_all_at_once_would_be(monkeypatch, channels):
    random = np.random.default_rng(2)
    film = Film(random.integers(0, 256, (11, 40, 60, 3), dtype=np.uint8), 8.0)
    x_FCHW = torch.from_numpy(film.frames_FHWC).permute(0, 3, 1, 2).float() / 255
    if channels == 1:
        x_FCHW = (x_FCHW * torch.tensor(layers.LUMA)[:, None, None]).sum(1, keepdim=True)
    expected = interpolate(x_FCHW, size=(20, 30), mode="bilinear", antialias=True)
    most = []
    monkeypatch.setattr(
        layers, "interpolate", lambda x, **given: most.append(len(x)) or interpolate(x, **given)
    )
    found = layers.frames_tensor(film, 20, 30, channels)
    assert torch.allclose(found, expected, atol=1e-6)
    assert max(most) <= 4 and sum(most) == 11


def test_a_position_shows_only_its_own_content():
    """A square in the upper left corner, and another thing in the lower right that changes."""
    film, other = (np.zeros((2, 128, 128, 1), np.uint8) for _ in range(2))
    film[:, :16, :16] = other[:, :16, :16] = 255
    other[:, 112:, 112:] = 255
    pairs = [Pair({"video": Film(film)}, "one"), Pair({"video": Film(other)}, "two")]
    model = untrained(pairs, encoder="video", video_channels=4, video_height=128, video_places=True)
    encoder = model.encoders["video"]
    # The norms of the convolutions look at all of a frame; set aside, each place is its patch's alone.
    for norm in [part for part in encoder.modules() if isinstance(part, torch.nn.GroupNorm)]:
        norm.forward = lambda x: x
    memory = encoder(encoder.collate([pair.sources["video"] for pair in pairs]))
    places_BFSD = memory.states_BSD.unflatten(1, (2, 1 + 16 * 16))
    whole_BFD, grid_BFHWD = places_BFSD[:, :, 0], places_BFSD[:, :, 1:].unflatten(2, (16, 16))
    assert torch.allclose(grid_BFHWD[0, :, :8, :8], grid_BFHWD[1, :, :8, :8], atol=1e-6)
    assert (grid_BFHWD[0] - grid_BFHWD[1]).abs().amax(3)[:, -1, -1].min() > 1e-3
    assert (whole_BFD[0] - whole_BFD[1]).abs().max() > 1e-4


def test_attention_to_places_is_shown_with_their_frames(model):
    film = moving_square(5)
    found = alignment(model, {"video": film}, "film 1")
    assert found.source == [f"frame {number}" for number in range(1, 6)]
    assert found.weights_TS.sum(1) == pytest.approx(1.0, abs=1e-5)
    memory, batch = model.read([{"video": film}]), model.decoder.collate(["film 1"])
    weights_TS = model.decoder.attention(memory, batch)[0]
    assert found.weights_TS[:, 2] == pytest.approx(
        weights_TS[:, 2 * 17 : 3 * 17].sum(1).detach().numpy(), abs=1e-6
    )


def test_without_places_a_film_is_its_frames():
    pairs = [Pair({"video": film}, "a film") for film in films()]
    encoder = untrained(pairs, encoder="video", video_channels=4).encoders["video"]
    assert encoder(encoder.collate(films())).states_BSD.shape[1] == 6
    assert padding_changes(encoder, films()) < 1e-5


def test_every_second_frame_is_read():
    pairs = [Pair({"video": film}, "a film") for film in films()]
    encoder = untrained(pairs, encoder="video", video_channels=4, video_every=2).encoders["video"]
    film = moving_square(7)
    assert encoder.labels(film) == ["frame 1", "frame 3", "frame 5", "frame 7"]
    assert encoder.view(film).shape == (32, 4 * 32)
    seen = encoder.collate([film]).x_BFCHW
    half = Film(film.frames_FHWC[::2], film.rate)
    encoder.options = dataclasses.replace(encoder.options, video_every=1)
    assert torch.equal(seen, encoder.collate([half]).x_BFCHW)
    encoder.options = dataclasses.replace(encoder.options, video_every=2, video_warp=0.0)
    drawn = {encoder.collate([film], seed).x_BFCHW.shape[1] for seed in range(20)}
    assert drawn == {4, 3}, "in training it begins with the first frame or the second"
    assert padding_changes(encoder, films()) < 1e-5


def test_order_of_frames_matters(model):
    """An average over frames would not see the difference."""
    encoder, film = model.encoders["video"], moving_square()
    back = Film(film.frames_FHWC[::-1].copy(), film.rate)
    there, again = (encoder(encoder.collate([one])).final[0] for one in (film, back))
    assert (there - again).abs().max() > 1e-3


def test_facts_come_back_from_their_folder(model, tmp_path):
    facts = model.facts.encoders["video"]
    facts.save(tmp_path)
    assert VideoFacts.load(tmp_path) == facts
