"""Read and write films as MP4, WebM and GIF files with PyAV.

Shapes: F frames, H rows, W columns, C channels.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqkit import MissingPackageError, SeqkitError
from seqkit.io.atomic import atomic_write
from seqkit.media import Film, Limits
from seqkit_video.whole import gif_is_whole, webm_is_whole

CONTAINERS = {".mp4": "mp4", ".webm": "webm", ".gif": "gif"}
"""Suffix -> FFmpeg's name for such a file."""
GREY_SPREAD = 2
"""Maximum difference between channels of a film without colours, because codecs round."""
USUAL_RATE = 8.0
"""Frames per second for files without a frame rate."""
TOTAL = 4
"""Maximum pixels of all frames together, as a multiple of the limit for one frame: they must fit into memory."""
AGAIN = "Get the file again."


def read_film(path: str | Path, limits: Limits | None = None) -> Film:
    """Read a film without its sound, in grey if it has no colours.

    Raises SeqkitError for a file that is missing, exceeds `limits`, is broken or truncated, or of another format than
    its suffix says. No more frames are decoded than allowed.
    """
    path, limits, av = Path(path), limits or Limits(), _av()
    try:
        if not path.is_file():
            raise SeqkitError(f"{path}: no such file", "Check the path.")
        kind = _kind_of(path)
        # The format is given, so that FFmpeg does not read the file as something else, such as a list of files.
        with av.open(str(path), format=kind, options={"protocol_whitelist": "file"}) as container:
            stream = _stream(path, container, limits)
            frames, end = _frames(path, container, stream, limits)
            if _is_truncated(path, kind, container, stream, len(frames), end):
                raise SeqkitError(f"{path}: ends before the film does ({len(frames)} frames are left)", AGAIN)
            rate = float(stream.average_rate or USUAL_RATE)
    except (av.FFmpegError, ValueError, OSError) as error:
        raise SeqkitError(f"{path}: not a film that can be read ({error})", AGAIN) from None
    return Film(_without_colour(np.stack(frames)), rate)


def _kind_of(path: Path) -> str:
    """The container format by its first bytes. Raises SeqkitError if it is unknown, or not that of the suffix."""
    with open(path, "rb") as file:
        head = file.read(12)
    kinds = {"gif": head[:4] == b"GIF8", "mp4": head[4:8] == b"ftyp", "webm": head[:4] == b"\x1aE\xdf\xa3"}
    kind = next((name for name, fits in kinds.items() if fits), None)
    if kind is None:
        raise SeqkitError(f"{path}: not a film that can be read", "Films are MP4, WebM and GIF files.")
    if CONTAINERS.get(path.suffix.lower(), kind) != kind:
        raise SeqkitError(f"{path}: holds {kind.upper()}, not what its suffix says", "Rename it.")
    return kind


def _stream(path: Path, container: Any, limits: Limits) -> Any:
    """The video stream, after checking the metadata of the file."""
    if not container.streams.video:
        raise SeqkitError(f"{path}: holds no pictures", "Use a film.")
    stream = container.streams.video[0]
    if stream.codec_context is None:
        raise SeqkitError(f"{path}: holds pictures in an unsupported codec", "Convert it to H.264 or VP9.")
    seconds = (container.duration or 0) / 1e6
    if seconds > limits.seconds:
        raise SeqkitError(
            f"{path}: lasts {seconds:.1f} s, more than the {limits.seconds:g} s allowed",
            "Shorten it, or raise the limit.",
        )
    if stream.width * stream.height > limits.pixels:
        raise SeqkitError(
            f"{path}: has {stream.width} × {stream.height} pixels per frame, more than the {limits.pixels:,} allowed",
            "Make it smaller, or raise the limit.",
        )
    if stream.frames > limits.frames:
        raise _too_many(path, limits)
    return stream


def _frames(path: Path, container: Any, stream: Any, limits: Limits) -> tuple[list[NDArray[np.uint8]], float]:
    """All frames, (H, W, 3), of the size of the first; and the end of the last packet (also of sound) in seconds."""
    frames: list[NDArray[np.uint8]] = []
    stream.thread_count, end = 1, 0.0
    for packet in container.demux():
        if packet.pts is not None:
            end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
        for frame in packet.decode() if packet.stream_index == stream.index else ():
            _check_frame(path, frame, len(frames), limits)
            pixels = _upright(frame.to_ndarray(format="rgb24"), getattr(frame, "rotation", 0))
            if frames and pixels.shape != frames[0].shape:
                raise SeqkitError(f"{path}: frame {len(frames) + 1} has another size", AGAIN)
            frames.append(pixels)
    if not frames:
        raise SeqkitError(f"{path}: holds no frame", AGAIN)
    return frames, end


def _check_frame(path: Path, frame: Any, count: int, limits: Limits) -> None:
    """Raise SeqkitError if another frame exceeds the limits; the counts in a file may be wrong."""
    if count == limits.frames:
        raise _too_many(path, limits)
    if frame.time is not None and frame.time > limits.seconds:
        raise SeqkitError(f"{path}: lasts more than the {limits.seconds:g} s allowed", "Shorten it.")
    if frame.is_corrupt:
        raise SeqkitError(f"{path}: frame {count + 1} is broken", AGAIN)
    if (count + 1) * frame.width * frame.height > TOTAL * limits.pixels:
        raise SeqkitError(
            f"{path}: unpacks to more than {TOTAL} × {limits.pixels:,} pixels",
            "Shorten it, or make it smaller.",
        )


def _upright(pixels_HWC: NDArray[np.uint8], degrees: int) -> NDArray[np.uint8]:
    """Rotate a frame by the counterclockwise angle that phones write into the file."""
    return np.ascontiguousarray(np.rot90(pixels_HWC, round(degrees / 90)))


def _too_many(path: Path, limits: Limits) -> SeqkitError:
    return SeqkitError(
        f"{path}: has more than the {limits.frames:,} frames allowed", "Shorten it, or raise the limit."
    )


def _is_truncated(path: Path, kind: str, container: Any, stream: Any, count: int, end: float) -> bool:
    """Whether the file is truncated; decoders do not report that."""
    if kind == "gif":
        return not gif_is_whole(path)
    whole = webm_is_whole(path) if kind == "webm" else None
    if whole is not None:
        return not whole
    if stream.frames:
        return bool(count < stream.frames - max(1, stream.frames // 20))
    # Not compared by number of frames: their rate may vary, and the sound may be longer.
    seconds = (container.duration or 0) / 1e6
    return bool(end < seconds - max(end / count, seconds / 20))


def _without_colour(frames_FHWC: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Reduce to one channel if all three are equal."""
    spread = frames_FHWC.max(axis=-1).astype(np.int16) - frames_FHWC.min(axis=-1)
    return frames_FHWC[..., 1:2] if spread.max() <= GREY_SPREAD else frames_FHWC


def write_film(film: Film, path: str | Path) -> None:
    """Write a film atomically as GIF, MP4 or WebM. Raises SeqkitError for another suffix or an empty film."""
    path, av = Path(path), _av()
    kind = CONTAINERS.get(path.suffix.lower())
    if kind is None:
        raise SeqkitError(
            f"{path}: films are written as .gif, .mp4 or .webm", "Use one of these suffixes.", exit_code=2
        )
    if not len(film.frames_FHWC):
        raise SeqkitError(f"{path}: a film without frames cannot be written", "Add at least one frame.")
    with atomic_write(path) as file, av.open(file, "w", format=kind) as container:
        stream = _new_stream(container, kind, film)
        for pixels_HWC in film.frames_FHWC:
            for packet in stream.encode(_frame(av, pixels_HWC, kind)):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)


def _new_stream(container: Any, kind: str, film: Film) -> Any:
    codec = {"gif": "gif", "mp4": "libx264", "webm": "libvpx-vp9"}[kind]
    stream = container.add_stream(codec, rate=Fraction(film.rate).limit_denominator(1000))
    _, stream.height, stream.width, channels = film.frames_FHWC.shape
    if kind == "gif":
        stream.pix_fmt = "gray" if channels == 1 else "rgb8"
        return stream
    # Chroma subsampling, which all players support, needs an even size.
    odd = stream.height % 2 or stream.width % 2
    stream.pix_fmt = "yuv444p" if odd else "yuv420p"
    stream.options = {"crf": "10", "preset": "medium"} if kind == "mp4" else {"crf": "10", "b": "0"}
    stream.thread_count = 1
    return stream


def _frame(av: Any, pixels_HWC: NDArray[np.uint8], kind: str) -> Any:
    grey = pixels_HWC.shape[2] == 1
    if kind == "gif" and grey:
        return av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels_HWC[:, :, 0]), format="gray")
    if grey:
        pixels_HWC = np.repeat(pixels_HWC, 3, axis=2)
    return av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels_HWC), format="rgb24")


def _av() -> Any:
    try:
        import av
    except (ImportError, OSError):
        raise MissingPackageError(
            "films are read and written with PyAV, which is not installed",
            "Install it: pip install av (in a checkout: pip install '.[video]').",
        ) from None
    av.logging.set_level(av.logging.PANIC)
    return av
