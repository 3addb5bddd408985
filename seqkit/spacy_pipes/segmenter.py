"""seqkit's segmenters in spaCy: a tokenizer, and a component that sets sentence starts on existing tokens.

A spaCy component cannot change the tokens of a Doc; only a tokenizer can. The tokenizer sets sentence starts in the
same pass. The component is for pipelines with another tokenizer.
"""

from __future__ import annotations

import warnings
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from seqkit.examples import RawText, Sentence, SourceLocation
from seqkit.spacy_pipes.source import ModelSource, Stored
from seqkit.text.segmenters import Segmenter

NAME = "seqkit_segmenter"


class LazySegmenter(Stored):
    """A trained segmenter that is loaded on first use."""

    def __init__(self, model: str) -> None:
        """Args: model, a segmenter, or a tagger that contains one: name, folder or `hf://owner/name`."""
        self.source = ModelSource(model)
        self._segmenter: Segmenter | None = None

    def split(self, texts: Sequence[str]) -> list[list[Sentence]]:
        """Split each text into sentences."""
        from seqkit.tasks.splitting import sentences_of

        places = (SourceLocation("text", number) for number in range(1, len(texts) + 1))
        items = [RawText(text, where, document=str(where)) for text, where in zip(texts, places, strict=True)]
        return sentences_of(items, self._loaded())

    def _loaded(self) -> Segmenter:
        from seqkit.tasks.segmenting import load_segmenter, segmenter_in

        if self._segmenter is None:
            self._segmenter = load_segmenter(segmenter_in(self.source.path))
        return self._segmenter

    def unload(self) -> None:
        """Discard the loaded segmenter; the next use loads it again."""
        self._segmenter = None

    def __getstate__(self) -> dict[str, Any]:
        """Omit the loaded segmenter: another process loads its own."""
        return {**self.__dict__, "_segmenter": None}


def make_tokenizer(model: str) -> Callable[[Language], SeqkitTokenizer]:
    """Return a function that creates the tokenizer of a pipeline.

    The pipeline's config has `[nlp.tokenizer]` with `@tokenizers = "seqkit_segmenter"`.
    """
    return lambda nlp: SeqkitTokenizer(nlp.vocab, model)


class SeqkitTokenizer(LazySegmenter):
    """A tokenizer that sets words and sentence starts by a trained segmenter. The Doc's text equals the input, exactly.

    A multiword token is split if its form is the concatenation of its words (don't = do + n't), else it stays one
    token (French du = de + le).
    """

    def __init__(self, vocab: Vocab, model: str) -> None:
        super().__init__(model)
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Tokenize a text."""
        return self._doc(text, self.split([text])[0])

    def pipe(self, texts: Iterable[str], batch_size: int = 256) -> Iterator[Doc]:
        """Tokenize a stream of texts, in batches."""
        stream = iter(texts)
        while batch := list(islice(stream, batch_size)):
            yield from map(self._doc, batch, self.split(batch))

    def _doc(self, text: str, sentences: Sequence[Sentence]) -> Doc:
        tokens = list(_tokens(sentences)) if sentences else [_Token(text, False, True)] * bool(text)
        words, spaces, starts = zip(*tokens, strict=True) if tokens else ((), (), ())
        return Doc(self.vocab, list(words), list(spaces), sent_starts=list(starts))


class _Token(NamedTuple):
    """A token as spaCy stores it."""

    form: str
    space: bool
    """Whether a space follows."""
    starts: bool
    """Whether a sentence starts with it."""


def _tokens(sentences: Sequence[Sentence]) -> Iterator[_Token]:
    """The tokens of a Doc; white space beyond a single space is a separate token, as in spaCy."""
    starts = True
    for sentence in sentences:
        if sentence.before:
            yield _Token(sentence.before, False, starts)
            starts = False
        for form, white in _written(sentence):
            yield _Token(form, white.startswith(" "), starts)
            starts = False
            if rest := white.removeprefix(" "):
                yield _Token(rest, False, False)
        starts = True


def _written(sentence: Sentence) -> Iterator[tuple[str, str]]:
    """The written tokens of a sentence, with the white space after each."""
    spaces = sentence.spaces or [" "] * len(sentence.words)
    for token in sentence.tokens:
        words = sentence.words[token.first : token.last + 1]
        forms = words if "".join(words) == token.form else [token.form]
        yield from ((form, "") for form in forms[:-1])
        yield forms[-1], spaces[token.last]


@Language.factory(NAME, assigns=["token.is_sent_start", "doc.sents"], default_score_weights={"sents_f": 1.0})
def make_segmenter(nlp: Language, name: str, model: str) -> SeqkitSegmenter:
    """Create the component. Args: as for `SeqkitSegmenter`."""
    return SeqkitSegmenter(name, model)


class SeqkitSegmenter(LazySegmenter):
    """A component that sets sentence starts on existing tokens.

    Add it before a parser: spaCy does not allow sentence starts to be set on a parsed Doc.
    """

    def __init__(self, name: str, model: str) -> None:
        """Args: name, of the component; model, a segmenter, or a tagger that contains one: name or folder."""
        super().__init__(model)
        self.name = name
        self._handler: Callable[..., Any] | None = None

    def __call__(self, doc: Doc) -> Doc:
        """Set the sentence starts of a Doc."""
        self._set(doc, self.split([doc.text])[0])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 256) -> Iterator[Doc]:
        """Set the sentence starts of a stream of Docs, in batches. A Doc that fails does not affect others."""
        docs = iter(stream)
        self._loaded()
        while batch := list(islice(docs, batch_size)):
            for doc, sentences in zip(batch, self._split(batch), strict=True):
                try:
                    self._set(doc, self.split([doc.text])[0] if sentences is None else sentences)
                except Exception as error:
                    if self._handler is not None:
                        self._handler(self.name, self, [doc], error)
                        continue
                    warnings.warn(f"[{self.name}] a Doc keeps its sentences: {error}", stacklevel=2)
                yield doc

    def _split(self, docs: Sequence[Doc]) -> Sequence[list[Sentence] | None]:
        """The sentences of each Doc; None for all if one cannot be split, so that each is tried separately."""
        try:
            return self.split([doc.text for doc in docs])
        except Exception:
            return [None] * len(docs)

    def _set(self, doc: Doc, sentences: Sequence[Sentence]) -> None:
        places = [token.idx for token in doc]
        starts = {_first_token(doc, places, sentence) for sentence in sentences[1:]}
        for token in doc:
            token.is_sent_start = token.i == 0 or token.i in starts

    def set_error_handler(self, error_handler: Callable[..., Any]) -> None:
        """Set the function that is called for a Doc that cannot be split."""
        self._handler = error_handler

    def get_error_handler(self) -> Callable[..., Any]:
        """Return the error handler; the default raises the error."""
        from spacy.util import raise_error

        return self._handler or raise_error

    def score(self, examples: Iterable[Any], **options: Any) -> dict[str, Any]:
        """Compute precision, recall and F1 of sentences, for `spacy evaluate`."""
        from spacy.pipeline.senter import senter_score

        return dict(senter_score(examples, **options))


def _first_token(doc: Doc, places: Sequence[int], sentence: Sentence) -> int:
    """The first token at or after the start of a sentence; spaCy's token boundaries may differ."""
    return bisect_left(places, (sentence.offset or 0) + len(sentence.before))
