"""The audio encoder: files, resampling, mel frames against a discrete Fourier transform written out, padding."""

import math
import tracemalloc
import wave
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
import torch
from media_models import padding_changes, untrained
from seqkit_audio.facts import AudioFacts
from seqkit_audio.features import filters, frames_of, hertz, log_mel, mel
from seqkit_audio.files import read_sound
from seqkit_audio.resample import resampled

from seqkit import SeqkitError
from seqkit.examples import Pair
from seqkit.media import Limits, Sound


def sine(frequency, rate, seconds=0.5, height=0.5):
    at_T = np.arange(round(rate * seconds)) / rate
    return (height * np.sin(2 * np.pi * frequency * at_T)).astype(np.float32)


def sounds():
    return [Sound(sine(200 + 100 * n, 8000, 0.1 + 0.13 * n), 8000) for n in range(4)]


@pytest.fixture(scope="module")
def model():
    pairs = [Pair({"audio": sound}, f"tone {n}") for n, sound in enumerate(sounds())]
    return untrained(pairs, encoder="audio", mel_bands=20, audio_channels=4)


def test_a_decoder_cannot_copy_from_sound():
    pairs = [Pair({"audio": sound}, f"tone {n}") for n, sound in enumerate(sounds())]
    with pytest.raises(SeqkitError, match="the encoder audio reads no symbols"):
        untrained(pairs, encoder="audio", mel_bands=20, audio_channels=4, copy=True)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg"])
def test_a_file_gives_back_its_samples_with_channels_averaged(tmp_path, suffix):
    left, right = sine(440, 16000), sine(660, 16000)
    path = tmp_path / f"two{suffix}"
    soundfile.write(path, np.stack([left, right], axis=1), 16000)
    sound = read_sound(path)
    assert sound.rate == 16000 and sound.samples_T.dtype == np.float32
    assert np.abs(sound.samples_T - (left + right) / 2).max() < (0.06 if suffix == ".ogg" else 1e-4)


def test_a_long_recording_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    path = tmp_path / "long.wav"
    soundfile.write(path, np.zeros(16000, np.float32), 8000)
    monkeypatch.setattr(soundfile.SoundFile, "read", lambda *a, **k: pytest.fail("decoded"))
    with pytest.raises(SeqkitError, match=r"long\.wav: lasts 2\.0 s, more than the 1\.5 s"):
        read_sound(path, Limits(seconds=1.5))


def test_bad_files_are_named(tmp_path):
    whole = tmp_path / "whole.wav"
    soundfile.write(whole, sine(440, 8000), 8000)
    (tmp_path / "short.wav").write_bytes(whole.read_bytes()[:-2000])
    (tmp_path / "text.wav").write_text("five")
    (tmp_path / "wrong.flac").write_bytes(whole.read_bytes())
    (tmp_path / "nothing.wav").write_bytes(b"")
    soundfile.write(tmp_path / "whole.flac", sine(440, 8000), 8000)
    (tmp_path / "short.flac").write_bytes((tmp_path / "whole.flac").read_bytes()[:-1500])
    for name in ("short.wav", "text.wav", "wrong.flac", "nothing.wav", "short.flac", "absent.wav"):
        with pytest.raises(SeqkitError, match=name.replace(".", r"\.")):
            read_sound(tmp_path / name)


def test_an_ogg_file_cut_anywhere_is_named(tmp_path):
    whole, short = tmp_path / "whole.ogg", tmp_path / "short.ogg"
    soundfile.write(whole, np.random.default_rng(1).uniform(-0.5, 0.5, 40000).astype(np.float32), 8000)
    content = whole.read_bytes()
    last = content.rfind(b"OggS")
    for size in (len(content) // 2, last, last + 3, last + 20, last + 40, len(content) - 1):
        short.write_bytes(content[:size])
        with pytest.raises(SeqkitError, match=r"short\.ogg: (ends before|not a recording)"):
            read_sound(short)
    # What a program has written after the last page is none of the recording.
    short.write_bytes(content + b"\0" * 100)
    assert np.array_equal(read_sound(short).samples_T, read_sound(whole).samples_T)


@pytest.mark.parametrize("suffix", [".wav", ".ogg"])
def test_a_recording_of_nothing_is_named(tmp_path, suffix):
    soundfile.write(tmp_path / f"empty{suffix}", np.zeros(0, np.float32), 8000)
    with pytest.raises(SeqkitError, match=rf"empty\{suffix}: holds no sound"):
        read_sound(tmp_path / f"empty{suffix}")


def test_many_channels_at_a_high_rate_take_the_room_of_one(tmp_path):
    path, frames = tmp_path / "wide.flac", 600_000
    samples_TC = np.zeros((frames, 8), np.int16)
    samples_TC[:, 0] = 8192
    soundfile.write(path, samples_TC, 192_000)
    tracemalloc.start()
    sound = read_sound(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (sound.samples_T == 0.25 / 8).all() and len(sound.samples_T) == frames
    # All channels at once are 19 MB; the average is 2.4 MB, and a block 4 MB.
    assert peak < 13e6


def test_more_samples_than_fit_into_memory_are_refused_for_any_limit_of_seconds(tmp_path, monkeypatch):
    soundfile.write(tmp_path / "fast.flac", np.zeros(20_000, np.float32), 192_000)
    monkeypatch.setattr("seqkit_audio.files.MOST", 19_999)
    with pytest.raises(SeqkitError, match=r"fast\.flac: has more than 19,999 samples"):
        read_sound(tmp_path / "fast.flac")


def test_a_header_with_a_wrong_rate_or_without_a_length_is_named(tmp_path):
    soundfile.write(tmp_path / "rate.wav", np.zeros(1000, np.float32), 8000, subtype="PCM_U8")
    content = bytearray((tmp_path / "rate.wav").read_bytes())
    content[24:28] = (2**31 - 1).to_bytes(4, "little")
    (tmp_path / "rate.wav").write_bytes(content)
    with pytest.raises(SeqkitError, match=r"rate\.wav: declares 2,147,483,647 samples per second"):
        read_sound(tmp_path / "rate.wav")
    soundfile.write(tmp_path / "pipe.flac", sine(440, 8000), 8000)
    content = bytearray((tmp_path / "pipe.flac").read_bytes())
    # STREAMINFO's 36 bits of total samples: 0 is what an encoder leaves that cannot go back.
    content[21] &= 0xF0
    content[22:26] = bytes(4)
    (tmp_path / "pipe.flac").write_bytes(content)
    with pytest.raises(SeqkitError, match=r"pipe\.flac: has no length in its header"):
        read_sound(tmp_path / "pipe.flac")


def test_resampling_from_a_high_rate_takes_little_room():
    """Taps grow with the rate: 4,000 of them for each of 4,096 samples at once would take hundreds of megabytes."""
    tracemalloc.start()
    assert len(resampled(np.zeros(1_000_000, np.float32), 1_000_000, 8000)) == 8000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200e6


def test_without_soundfile_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "soundfile", None)
    path = tmp_path / "any.flac"
    path.write_bytes(b"fLaC")
    with pytest.raises(SeqkitError, match="soundfile") as caught:
        read_sound(path)
    assert "pip install '.[audio]'" in caught.value.fix


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_32"])
def test_without_soundfile_plain_wav_files_are_read_as_with_it(tmp_path, monkeypatch, subtype):
    import soundfile

    path, stereo = tmp_path / "a.wav", np.stack([sine(440, 8000), sine(220, 8000)], axis=1) / 2
    soundfile.write(path, stereo, 8000, subtype=subtype)
    usual = read_sound(path)
    monkeypatch.setitem(__import__("sys").modules, "soundfile", None)
    found = read_sound(path)
    assert found.rate == usual.rate == 8000
    assert np.abs(found.samples_T - usual.samples_T).max() < 1e-6


@pytest.mark.parametrize(("rate", "wanted"), [(44100, 8000), (8000, 16000), (22050, 16000)])
def test_resampling_keeps_a_sine_and_removes_what_cannot_be_held(rate, wanted):
    made, true = resampled(sine(1000, rate), rate, wanted), sine(1000, wanted)
    assert len(made) == len(true)
    inside = slice(wanted // 50, -wanted // 50)
    assert np.abs(made - true)[inside].max() < 1e-5
    if wanted < rate:
        too_high = resampled(sine(wanted * 0.6, rate), rate, wanted)
        assert np.abs(too_high[inside]).max() < 1e-5


def test_of_the_shortest_sound_something_is_left():
    assert resampled(np.array([0.25, 0.75], np.float32), 44100, 8000).tolist() == [0.5]
    assert len(resampled(np.zeros(0, np.float32), 44100, 8000)) == 0


def test_without_soxr_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "soxr", None)
    with pytest.raises(SeqkitError, match="soxr") as caught:
        resampled(sine(440, 8000), 8000, 16000)
    assert "pip install '.[audio]'" in caught.value.fix


def test_mel_is_its_inverse_and_a_thousand_hertz_is_a_thousand_mel():
    assert mel(1000) == pytest.approx(1000, abs=0.1)
    assert hertz(mel(3210.0)) == pytest.approx(3210.0)


@pytest.mark.parametrize("frequency", [300, 1000, 2500])
def test_a_pure_tone_is_loudest_in_its_band(frequency):
    x_FM = log_mel(torch.from_numpy(sine(frequency, 8000)), 8000, 40)
    tops = [hertz(mel(4000) * (band + 1) / 41) for band in range(40)]
    nearest = min(range(40), key=lambda band: abs(mel(tops[band]) - mel(frequency)))
    assert (x_FM[5:-5].argmax(1) == nearest).all()


def test_frames_agree_with_a_fourier_transform_written_out():
    rate, bands = 1000, 6
    samples = np.random.default_rng(1).normal(size=200).astype(np.float32) * 0.1
    found = log_mel(torch.from_numpy(samples), rate, bands)
    window, size, hop, frame = 25, 64, 10, 7
    total = sum(0.5 - 0.5 * math.cos(2 * math.pi * n / window) for n in range(window))
    power = []
    for k in range(size // 2 + 1):
        value = 0j
        for n in range(window):
            hann = 0.5 - 0.5 * math.cos(2 * math.pi * n / window)
            at = frame * hop - size // 2 + (size - window) // 2 + n
            value += hann * float(samples[at]) * np.exp(-2j * math.pi * k * (n + (size - window) // 2) / size)
        power.append(abs(value / total) ** 2)
    expected = np.log(np.maximum(np.array(power) @ filters(rate, size, bands).numpy(), 1e-6))
    assert np.allclose(found[frame].numpy(), expected, atol=1e-3)
    assert len(found) == frames_of(200, rate) == 20


def test_padding_changes_nothing(model):
    assert padding_changes(model.encoders["audio"], sounds()) < 1e-5


def test_silence_and_empty_recordings_are_read(model):
    encoder = model.encoders["audio"]
    for samples in (0, 1, 4000):
        memory = encoder(encoder.collate([Sound(np.zeros(samples, np.float32), 8000)]))
        assert memory.states_BSD.shape[1] >= 1 and memory.states_BSD.isfinite().all()
    assert encoder.parts(Sound(np.zeros(0, np.float32), 8000)) == []


def test_what_is_random_follows_from_the_seed(model):
    encoder = model.encoders["audio"]
    first, again, other = (encoder.collate(sounds(), seed) for seed in (1, 1, 2))
    assert torch.equal(first.x_BFM, again.x_BFM)
    assert first.x_BFM.shape != other.x_BFM.shape or not torch.equal(first.x_BFM, other.x_BFM)


def test_another_rate_is_brought_to_the_models(model):
    encoder = model.encoders["audio"]
    low, high = Sound(sine(500, 8000), 8000), Sound(sine(500, 32000), 32000)
    assert encoder.lengths([low]) == encoder.lengths([high])
    assert (encoder.features(low)[5:-5] - encoder.features(high)[5:-5]).abs().max() < 0.6
    assert encoder.view(low).shape[0] == 20


def test_bands_are_measured_over_all_frames_together_without_holding_them(monkeypatch):
    whole = [log_mel(torch.from_numpy(sound.samples_T), 8000, 20) for sound in sounds()]
    options = SimpleNamespace(sample_rate=0, mel_bands=20)
    pairs = [Pair({"audio": sound}, "") for sound in sounds()]
    with monkeypatch.context() as patched:
        patched.setattr(torch, "cat", lambda *a, **k: pytest.fail("held together"))
        facts = AudioFacts.gather(pairs, options)
    x_FM = np.concatenate([x.numpy() for x in whole]).astype(np.float64)
    assert facts.rate == 8000
    assert np.allclose(facts.mean, x_FM.mean(0), atol=1e-9)
    assert np.allclose(facts.deviation, x_FM.std(0), atol=1e-7)


def test_facts_come_back_from_their_folder(model, tmp_path):
    facts = model.facts.encoders["audio"]
    facts.save(tmp_path)
    assert AudioFacts.load(tmp_path) == facts
    (tmp_path / "audio" / "bands.json").write_text('{"rate": "x"}')
    with pytest.raises(SeqkitError, match="bands"):
        AudioFacts.load(tmp_path)


def test_a_wav_by_the_standard_library_is_read(tmp_path):
    with wave.open(str(tmp_path / "plain.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(np.array([0, 16384, -32768], "<i2").tobytes())
    assert read_sound(tmp_path / "plain.wav").samples_T.tolist() == [0.0, 0.5, -1.0]
