"""HTML of results in notebooks: coloured words, attention, tables; text is escaped."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import seqkit

VOID = {"img", "meta", "br"}


class Balanced(HTMLParser):
    """Fails for a tag that is closed out of order; collects tags with their attributes and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open, self.tags, self.text = [], [], ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.open += [] if tag in VOID else [tag]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_a_tagged_text_has_coloured_words_and_limits_its_styles():
    tagged = seqkit.load("en-tagger").tag("<b>She</b> left & laughed.")
    page = tagged._repr_html_()
    found = Balanced(page)
    assert {"ruby": "VERB"}.items() <= {
        tag: given.get("class") for tag, given in found.tags if tag == "ruby"
    }.items() or any(tag == "ruby" and given.get("class") == "VERB" for tag, given in found.tags)
    assert not any(tag == "b" for tag, _ in found.tags), "words are escaped"
    (styles,) = re.findall(r"<style>\n(.*?)\n</style>", page, re.DOTALL)
    assert all(rule.startswith(".seqkit ") for rule in styles.splitlines())
    assert tagged[:1]._repr_html_().count("<ruby") == len(tagged[0].words)


def test_a_translation_shows_its_attention():
    translator = seqkit.load("de-en")
    found = translator.translate("Der Hund <schläft>.")
    for page in (found._repr_html_(), found[0]._repr_html_()):
        shown = Balanced(page)
        assert "Der Hund <schläft>. → " in shown.text and found[0] in shown.text
        ((_, picture),) = [one for one in shown.tags if one[0] == "img"]
        kind, _, data = picture["src"].partition(";base64,")
        assert kind == "data:image/png" and base64.b64decode(data).startswith(b"\x89PNG")
    assert translator.translate("")._repr_html_() == ""


def test_a_model_shows_what_it_is():
    shown = Balanced(seqkit.load("en-tagger")._repr_html_())
    assert "en-tagger" in shown.text and "tagging" in shown.text and " MB" in shown.text
