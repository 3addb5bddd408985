"""The spaCy component `seqkit_tagger`: `nlp.add_pipe("seqkit_tagger", config={"model": "en-tagger"})`."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from spacy.language import Language
from spacy.pipeline.morphologizer import morphologizer_score
from spacy.scorer import Scorer
from spacy.tokens import Doc
from spacy.training import Example

from seqkit.errors import SeqkitError
from seqkit.spacy_pipes.source import ModelSource, Stored
from seqkit.tasks.application import ApplyRequest, chunks

NAME = "seqkit_tagger"
ErrorHandler = Callable[[str, Any, list[Doc], Exception], Any]


@Language.factory(
    NAME,
    assigns=["token.pos", "token.tag", "token.morph", "token.lemma"],
    default_config={"label": "", "probabilities": False, "top": 0, "inference_dtype": ""},
    default_score_weights={"pos_acc": 0.5, "tag_acc": 0.5, "morph_acc": 0.0, "lemma_acc": 0.0},
)
def make_tagger(
    nlp: Language, name: str, model: str, label: str, probabilities: bool, top: int, inference_dtype: str
) -> SeqkitTagger:
    """The component. Args: as of `SeqkitTagger`."""
    return SeqkitTagger(name, model, label, probabilities, top, inference_dtype)


class SeqkitTagger(Stored):
    """Sets `pos_`, `tag_`, `morph`, `lemma_` and `ents` of a Doc's own tokens, of the kinds that its model gives.

    It needs no other component. Sentences are those of the Doc, else they are found by rules and kept to itself.
    """

    def __init__(
        self,
        name: str,
        model: str,
        label: str = "",
        probabilities: bool = False,
        top: int = 0,
        inference_dtype: str = "",
    ) -> None:
        """Args: name, of the component; model, name, folder or `hf://owner/name`; label, only these kinds of label,
        separated by commas; probabilities, also set `doc.user_data["seqkit"]`: kind -> for each token {label:
        probability}; top, number of the most probable labels there; inference_dtype, number format, "": the model's.
        """
        self.name, self.source = name, ModelSource(model)
        self.options = {"label": label, "probabilities": probabilities, "top": top}
        self.inference_dtype = inference_dtype
        self._handler: ErrorHandler | None = None
        self._loaded: _Loaded | None = None

    def __call__(self, doc: Doc) -> Doc:
        """Label the tokens of a Doc."""
        self._label([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 1000) -> Iterator[Doc]:
        """Label a stream of Docs, in batches.

        A Doc that the model cannot take costs no other: it comes out without labels and with a warning or, after
        `nlp.set_error_handler`, as the handler has it.
        """
        docs = iter(stream)
        while batch := list(islice(docs, batch_size)):
            self._ready()
            try:
                self._label(batch)
            except Exception:
                yield from self._one_by_one(batch)
            else:
                yield from batch

    def _one_by_one(self, batch: Sequence[Doc]) -> Iterator[Doc]:
        for doc in batch:
            try:
                self._label([doc])
            except Exception as error:
                if self._handler is not None:
                    self._handler(self.name, self, [doc], error)
                    continue
                warnings.warn(f"[{self.name}] a Doc is left without labels: {error}", stacklevel=2)
            yield doc

    def _label(self, docs: Sequence[Doc]) -> None:
        """Label Docs together. Raises SeqkitError where one of them cannot be labelled; then none of them is."""
        loaded = self._ready()
        items = [loaded.task.items_of(doc) for doc in docs]
        flat = [item for own in items for item in own]
        outputs = iter(loaded.outputs(flat))
        found = [[next(outputs) for _ in own] for own in items]
        for output in (output for own in found for output in own):
            if isinstance(output, SeqkitError):
                raise output
        for doc, own in zip(docs, found, strict=True):
            loaded.task.annotate(doc, own)

    def _ready(self) -> _Loaded:
        """The model, loaded when it is first needed."""
        if self._loaded is None:
            self._loaded = _Loaded(self.source.path, self.options, self.inference_dtype)
        return self._loaded

    def forget(self) -> None:
        """Load the model again when it is next needed."""
        self._loaded = None

    def set_error_handler(self, error_handler: ErrorHandler) -> None:
        """The handler of a Doc that cannot be labelled."""
        self._handler = error_handler

    def get_error_handler(self) -> ErrorHandler:
        """The handler of such a Doc outside a stream: by default the error is raised."""
        from spacy.util import raise_error

        return self._handler or raise_error

    def score(self, examples: Iterable[Example], **options: Any) -> dict[str, Any]:
        """Accuracies of the attributes that it sets, for `spacy evaluate`."""
        examples = list(examples)
        found: dict[str, Any] = {}
        for attribute in ("tag", "lemma"):
            found |= Scorer.score_token_attr(examples, attribute, **options)
        return found | morphologizer_score(examples, **options)

    def __getstate__(self) -> dict[str, Any]:
        """Without the loaded model: another process loads it itself."""
        return {**self.__dict__, "_loaded": None}


class _Loaded:
    """A model with its task and the request that applies it."""

    def __init__(self, model: str, options: dict[str, Any], inference_dtype: str) -> None:
        """Raises SeqkitError for a model that is not there, or has no place in spaCy, and for a wrong option."""
        from seqkit.config import fill
        from seqkit.extend.manager import registry
        from seqkit.models.folder import model_info
        from seqkit.tasks.contract import task_named

        name = str(model_info(model).config["task"])
        kind = registry().find("tasks", name).application
        given = {key: value for key, value in options.items() if value}
        self.task = task_named(name)
        filled = fill({"options": kind}, given)["options"] if kind else None
        self.request = ApplyRequest(model, filled, inference_dtype)
        self.model = self.task.load_for(self.request)

    def outputs(self, items: Sequence[Any]) -> Iterator[Any]:
        """The output of each item."""
        for chunk in chunks(items, self.task.limits, self.task.size):
            yield from self.task.apply(self.model, chunk, self.request)
