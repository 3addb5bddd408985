"""tmx: translation memories, read as pairs and written."""

from seqkit import FormatSpec, hookimpl

EXAMPLE = """<tmx version="1.4"><header srclang="de"/><body>
<tu><tuv xml:lang="de"><seg>Hund</seg></tuv><tuv xml:lang="en"><seg>dog</seg></tuv></tu>
</body></tmx>
"""


@hookimpl
def seqkit_formats():
    yield FormatSpec(
        "tmx",
        (".tmx",),
        reader="seqkit_tmx.files:read",
        yields="pairs",
        translations="seqkit_tmx.files:Writer",
        example="seqkit_tmx:EXAMPLE",
        summary="translation memories",
    )
