"""Small valid files of every format, from which hostile ones are made."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable
from functools import cache

from seqkit.data.files import make_writer
from seqkit.examples import Multiword, Sentence
from seqkit.extend.manager import registry
from seqkit.formats.conllu.treebank import parse

BLOCK = """# newdoc id = a
# sent_id = 1
# text = Am Tag schläft sie.
1-2\tAm\t_\t_\t_\t_\t_\t_\t_\t_
1\tAn\tan\tADP\tAPPR\t_\t3\tcase\t_\t_
2\tdem\tder\tDET\tART\tCase=Dat|Definite=Def\t3\tdet\t_\t_
3\tTag\tTag\tNOUN\tNN\tCase=Dat\t4\tobl\t4:obl\t_
3.1\tx\t_\t_\t_\t_\t_\t_\t4:dep\t_
4\tschläft\tschlafen\tVERB\tVVFIN\tNumber=Sing\t0\troot\t0:root\tNER=O
5\tsie\tsie\tPRON\tPPER\t_\t4\tnsubj\t_\tSpaceAfter=No
6\t.\t.\tPUNCT\t$.\t_\t4\tpunct\t_\tSpacesAfter=\\n"""


def sentences() -> list[Sentence]:
    """Sentences that use every field of a sentence."""
    made = [
        parse(BLOCK.split("\n")),
        Sentence(
            ["de", "le", "chat"],
            {"upos": ["ADP", "DET", "NOUN"], "xpos": ["_", "D", "N"]},
            spaces=[" ", " ", "\n"],
            multiwords=[Multiword(0, 1, "du")],
            before="  ",
            document="d",
            silver="en_x 1.0",
        ),
        Sentence(["日本", "語", "🙂"], {"upos": ["PROPN", "NOUN", "SYM"], "ner": ["B-LOC", "O", "O"]}),
        Sentence([]),
    ]
    return [sentence for sentence in made for _ in range(2)]


@cache
def written(format: str) -> bytes:
    """The sentences in a format."""
    file = io.BytesIO()
    writer = make_writer(registry().find("formats", format), file)
    for sentence in sentences():
        if format == "tsv":
            sentence.labels.pop("ner", None)
        writer.write(sentence)
    writer.close()
    return file.getvalue()


TEXT = "Time flies.\n\nDr. Smith paid $3.50 to https://x.org (at 5 p.m.)…\n日本語のテキスト。 مرحبا 🙂\r\nEnd"
CSV = 'text,id,n\n"a ""b"", c",1,2\nTime flies,x,\n"two\nlines",y,3\n'
TABLE = "text\tid\na b\t1\nc\t2\n"
PAIRS = "en\tde\nThe dog\tDer Hund\nA cat\tEine Katze\n"
PAIR_LINES = "".join(json.dumps({"en": f"word {i}", "de": f"Wort {i}"}) + "\n" for i in range(4))
RECORDS = "".join(json.dumps({"text": f"word {i}", "id": i, "x": [1, {"a": None}]}) + "\n" for i in range(4))
TOML = '[model]\nhidden = 8\n[training]\nepochs = 1\nlr = 0.01\nname = "x"\n[objective]\nsamples = 8\n'


def packed(data: bytes, suffix: str) -> bytes:
    """The data in a compressed format, or in a zip file as `a.txt`."""
    if suffix == ".zip":
        file = io.BytesIO()
        with zipfile.ZipFile(
            file, "w", zipfile.ZIP_LZMA if len(data) % 2 else zipfile.ZIP_DEFLATED
        ) as archive:
            archive.writestr("a.txt", data)
        return file.getvalue()
    if suffix == ".zst":
        from seqkit.io.packing import zstd

        return bytes(zstd().compress(data))
    compress: dict[str, Callable[[bytes], bytes]] = {
        ".gz": gzip.compress,
        ".bz2": bz2.compress,
        ".xz": lzma.compress,
    }
    return compress[suffix](data)
