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
    """Create the component. Args: as for `SeqkitTagger`."""
    return SeqkitTagger(name, model, label, probabilities, top, inference_dtype)


class SeqkitTagger(Stored):
    """A component that sets `pos_`, `tag_`, `morph`, `lemma_` and `ents`, as far as its model predicts them.

    It needs no other component. It uses the Doc's sentences; for a Doc without sentences it splits by rules, without
    changing the Doc.
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
        """Create the component; the model is loaded on first use.

        Args:
            name: name of the component.
            model: name, folder or `hf://owner/name`.
            label: only these kinds of label, separated by commas; "": all.
            probabilities: also set `doc.user_data["seqkit"]`: kind -> for each token {label: probability}.
            top: number of most probable labels in it; 0: one.
            inference_dtype: number format; "": the model's.
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

        A Doc that the model cannot label does not affect the others: it is yielded without labels and with a warning,
        or passed to the handler that `nlp.set_error_handler` sets.
        """
        docs = iter(stream)
        while batch := list(islice(docs, batch_size)):
            self._loaded_model()
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
        """Label Docs together. Raises SeqkitError, before any Doc is changed, if one of them cannot be labelled."""
        loaded = self._loaded_model()
        items_by_doc = [loaded.task.items_of(doc) for doc in docs]
        outputs = list(loaded.outputs([item for items in items_by_doc for item in items]))
        for output in outputs:
            if isinstance(output, SeqkitError):
                raise output
        remaining = iter(outputs)
        for doc, items in zip(docs, items_by_doc, strict=True):
            loaded.task.annotate(doc, list(islice(remaining, len(items))))

    def _loaded_model(self) -> _Loaded:
        if self._loaded is None:
            self._loaded = _Loaded(self.source.path, self.options, self.inference_dtype)
        return self._loaded

    def unload(self) -> None:
        """Discard the loaded model; the next use loads it again."""
        self._loaded = None

    def set_error_handler(self, error_handler: ErrorHandler) -> None:
        """Set the function that is called for a Doc that cannot be labelled."""
        self._handler = error_handler

    def get_error_handler(self) -> ErrorHandler:
        """Return the error handler; the default raises the error."""
        from spacy.util import raise_error

        return self._handler or raise_error

    def score(self, examples: Iterable[Example], **options: Any) -> dict[str, Any]:
        """Compute the accuracy of each attribute that the component sets, for `spacy evaluate`."""
        examples = list(examples)
        scores: dict[str, Any] = {}
        for attribute in ("tag", "lemma"):
            scores |= Scorer.score_token_attr(examples, attribute, **options)
        return scores | morphologizer_score(examples, **options)

    def __getstate__(self) -> dict[str, Any]:
        """Omit the loaded model: another process loads its own."""
        return {**self.__dict__, "_loaded": None}


class _Loaded:
    """A model with its task and the request that applies it."""

    def __init__(self, model: str, options: dict[str, Any], inference_dtype: str) -> None:
        """Load a model. Raises SeqkitError for a missing model, a task without spaCy support, or an invalid option."""
        from seqkit.config import fill
        from seqkit.extend.manager import registry
        from seqkit.models.folder import model_info
        from seqkit.tasks.contract import task_named

        name = str(model_info(model).config["task"])
        kind = registry().find("tasks", name).application
        set_options = {key: value for key, value in options.items() if value}
        self.task = task_named(name)
        filled = fill({"options": kind}, set_options)["options"] if kind else None
        self.request = ApplyRequest(model, filled, inference_dtype)
        self.model = self.task.load_for(self.request)

    def outputs(self, items: Sequence[Any]) -> Iterator[Any]:
        """Compute the output of each item, or an error in its place."""
        for chunk in chunks(items, self.task.limits, self.task.size):
            yield from self.task.apply(self.model, chunk, self.request)
