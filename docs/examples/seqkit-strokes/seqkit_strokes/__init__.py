"""strokes: writes pen strokes, points (dx, dy, pen down) one after another."""

from seqkit import DecoderSpec, hookimpl


@hookimpl
def seqkit_decoders():
    yield DecoderSpec(
        "strokes",
        build="seqkit_strokes.decoder:StrokesDecoder",
        facts="seqkit_strokes.data:StrokesFacts",
        reader="seqkit_strokes.data:read",
        writer="seqkit_strokes.data:write",
        suffixes=(".strokes",),
        example="seqkit_strokes.data:example",
        summary="pen strokes, point by point",
    )
