"""Reader of pairs, and writer of translations."""

import xml.etree.ElementTree as ElementTree

from seqkit import SeqkitError
from seqkit.examples import Pair, SourceLocation
from seqkit.io.text_files import opened

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def read(path, problems):
    """Yield the units of a TMX file, each with the text of every language in it."""
    with opened(path) as file:
        for number, unit in enumerate(units_of(file, path), start=1):
            sides = {one.get(LANGUAGE): text_of(one) for one in unit.iter("tuv") if one.get(LANGUAGE)}
            unit.clear()
            where = SourceLocation(str(path), number)
            if len(sides) < 2:
                problems.bad(where, "a unit in one language", "Add its translation.")
            else:
                yield Pair(sides, where=where)


def text_of(variant):
    """The text of a side, without markup."""
    return "".join(text for segment in variant.iter("seg") for text in segment.itertext())


def units_of(file, path):
    """The elements `tu`. Raises SeqkitError for a file that is not XML."""
    try:
        yield from (element for _, element in ElementTree.iterparse(file) if element.tag == "tu")
    except (ElementTree.ParseError, UnicodeDecodeError, LookupError, ValueError) as error:
        raise SeqkitError(f"{path}: not XML ({error})", "Correct the file.") from error


class Writer:
    """Writes translations; the `n_best` translations of a line are in one unit."""

    def __init__(self, file, n_best):
        self.file = file
        self.root = ElementTree.Element("tmx", version="1.4")
        self.body = ElementTree.SubElement(self.root, "body")

    def write(self, line, source, translations):
        unit = ElementTree.SubElement(self.body, "tu")
        for side, text in [("source", source), *(("target", best.text) for best in translations)]:
            variant = ElementTree.SubElement(unit, "tuv", {LANGUAGE: side})
            ElementTree.SubElement(variant, "seg").text = text

    def close(self):
        """Write the document; the file stays open."""
        self.file.write(ElementTree.tostring(self.root))
