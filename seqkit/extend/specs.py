"""The records that plugins hand over. Each names its implementation as `"module:attr"`, so that listing is cheap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class RecurrenceSpec:
    """A layer z_t = f(x_t, z_{t-1}).

    `layer` names a subclass of `seqkit.nn.recurrent.Recurrence`, made as `layer(input_size, hidden_size)`.
    """

    name: str
    layer: str
    summary: str = ""
    numpy_form: str | None = None
    """A subclass of `seqkit.inference.numpy.forms.NumpyRecurrence`, the same layer for prediction without torch."""


@dataclass(frozen=True)
class ModelSpec:
    """What `seqkit train NAME` trains.

    `task` is the name of a TaskSpec. `options` is a plain dataclass of defaults; `build` names a function
    `(options, facts) -> Model`, and `facts` the class that holds what the corpus told (vocabularies, label sets):
    None stands for the TaskSpec's.
    """

    name: str
    task: str
    options: type
    build: str
    facts: str | None = None
    summary: str = ""


@dataclass(frozen=True)
class NoOptions:
    """The options of a record that has none of its own."""


@dataclass(frozen=True)
class TaskSpec:
    """A kind of model: how its examples are prepared, how it is trained, scored and applied.

    `implementation` names a subclass of `seqkit.tasks.Task`, made without arguments. `options` is a frozen dataclass of
    what `seqkit train` may be given for such models, `evaluation` the same for `seqkit evaluate`, `application` for
    `seqkit batch VERB`: each field becomes an option of the command (`bptt_window` is `--bptt-window`), and those of
    training can be set by `--set`, too.
    """

    name: str
    implementation: str
    options: type = NoOptions
    evaluation: type = NoOptions
    application: type | None = None
    """Options of applying such models to files; None where `Task.apply` is not implemented."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Defaults of this task for options of training, objective and optimizer, such as {"label_smoothing": 0}."""
    verb: str = ""
    """The command that applies such models, such as "tag"."""
    inference_dtypes: tuple[str, ...] = ("float32", "bfloat16")
    """Number formats in which such models can be applied."""
    oldest_format: int = 1
    """The first format of model folders that is still computed as it was."""
    facts: str | None = None
    """The class that holds what the corpus told, for models that name none of their own."""
    provides: str = ""
    """What such models offer to others: "segmenter", or nothing."""
    numpy_form: str | None = None
    """A function `(name_or_folder) -> model | None` that gives what such a model offers to others without torch, for a
    short stream; None where a part of the model has no form in numpy."""
    summary: str = ""


@dataclass(frozen=True)
class CommandSpec:
    """A command of `seqkit`.

    `command` names a function annotated for Typer, or a `typer.Typer` with several commands. It is imported when the
    command runs, or when its help is shown.
    """

    name: str
    command: str
    summary: str = ""
    """The line that `seqkit --help` shows."""


@dataclass(frozen=True)
class ObjectiveSpec:
    """A loss to minimise.

    `objective` names a subclass of `seqkit.training.objective.Objective`, made as `objective(options)`. It is chosen by
    `--set objective=NAME`; the fields of `options`, a frozen dataclass, are set by `--set name=value` or, where two
    records have a field of one name, by `--set objective.name=value`.
    """

    name: str
    objective: str
    options: type = NoOptions
    summary: str = ""


@dataclass(frozen=True)
class OptimizerSpec:
    """An optimizer.

    `build` names a function `(parameters, learning_rate, options) -> torch.optim.Optimizer`. It is chosen by
    `--set optimizer=NAME`; options are set as an objective's.
    """

    name: str
    build: str
    options: type = NoOptions
    summary: str = ""


@dataclass(frozen=True)
class ScheduleSpec:
    """How the learning rate falls after the warm-up.

    `factor` names a function from the share of the steps left, 1 to 0, to the share of the highest learning rate. It is
    chosen by `--set schedule=NAME`.
    """

    name: str
    factor: str
    summary: str = ""


@dataclass(frozen=True)
class MetricSpec:
    """A score of outputs against references.

    `metric` names a subclass of `seqkit.evaluation.corpus_metric.CorpusMetric`, made without arguments.
    """

    name: str
    metric: str
    higher_is_better: bool = True
    unit: str = ""
    """Shown behind its values, such as "%" or "edits"."""
    summary: str = ""
    title: str = ""
    """What tables call it, such as "chrF2"; "": its name."""


@dataclass(frozen=True)
class EncoderSpec:
    """One modality into a memory that any decoder can read.

    `build` names a subclass of Encoder, or a function `(options, facts) -> Encoder`; `facts` the class that holds what
    the corpus told, with `gather(pairs, options)`, `save(folder)` and `load(folder)`. `options` is a frozen dataclass;
    its fields are set beside those of the model. `seqkit.models.modalities` has the base class.
    """

    name: str
    build: str
    facts: str
    options: type = NoOptions
    summary: str = ""
    reader: str | None = None
    """`"module:attr"`: `(path, limits) -> input`, where inputs are files; None where they are lines of text."""
    suffixes: tuple[str, ...] = ()
    """Of the files it reads."""
    numpy_form: str | None = None
    """The same encoder without torch: made as `form(options, facts, weights)`, a
    `seqkit.inference.numpy.translator.NumpyEncoder`."""


@dataclass(frozen=True)
class DecoderSpec:
    """A memory into one modality.

    `build` names a function `(options, facts, memory_size, final_sizes, encoders) -> Decoder`, where `encoders` maps
    a modality to the model's encoder for it; `facts` a class as an encoder's, but for
    `gather(pairs, options, encoders)`, where `encoders` maps a modality to that encoder's facts.
    """

    name: str
    build: str
    facts: str
    options: type = NoOptions
    summary: str = ""
    reader: str | None = None
    """As an encoder's, for targets in files."""
    writer: str | None = None
    """`"module:attr"`: `(output, path)` writes one output, whole or not at all; None where it is a line of text."""
    suffixes: tuple[str, ...] = ()
    """Of the files it writes, the usual one first."""
    numpy_form: str | None = None
    """The same decoder without torch: made as `form(options, facts, weights, encoders)`, a
    `seqkit.inference.numpy.translator.NumpyDecoder`."""


@dataclass(frozen=True)
class FormatSpec:
    """A file suffix and who reads and writes it.

    `reader` names `(path, problems) -> Iterator[Sentence]`, or of what else `yields` says; the path may be "-"
    (standard input), packed, or lead into a zip file: `seqkit.io.text_files.read_lines` opens all of them. `writer`
    names a class made as `writer(binary_file)` with `write(sentence)` and `close()`.
    """

    name: str
    suffixes: tuple[str, ...]
    reader: str | None = None
    writer: str | None = None
    yields: str = "sentences"
    """What the reader yields: "sentences", "text" (RawText), or "pairs": `Pair(sources, target)` with one source and
    its translation, or, with a target of None, `sources` from the name of each side to its text."""
    summary: str = ""
    takes_kinds: bool = False
    """Whether the reader takes a third argument: the kinds of label to yield beside those that it always yields."""
    shows: tuple[str, ...] = ()
    """What the writers have a place for: "probabilities" of labels, "scores" of translations."""
    translations: str | None = None
    """A class made as `writer(binary_file, n_best)`, a `seqkit.formats.translations.TranslationWriter`."""
    cuts: str = "whole"
    """Where a long file may be cut into parts that the reader can read alone: "lines" (each is a record), "blocks" (an
    empty line between records), "words" (blocks, perhaps with a header in the first line), "table" (a header, then
    lines), "csv", "text" (between paragraphs), "rows" (Parquet); "whole": nowhere. The reader must open files by
    `seqkit.io.text_files`."""
    join: str | None = None
    """`"module:attr"`: `(parts, file, fresh)` makes one file of the writer's outputs for several parts of an input (see
    `seqkit.formats.joining`). None: outputs for whole corpora are not written in this format, or, with `pieces`, one
    file a part."""
    pieces: bool = False
    """Whether the outputs for the parts stay files of their own, `NAME-00001.spacy` and so on."""
    packs: bool = True
    """Whether the output for a packed input is packed, too."""


@dataclass(frozen=True)
class LabelSpec:
    """A kind of word label: where each format keeps it, what its values mean, and how it is shown.

    CoNLL-U holds it in the MISC column, as `NAME=value`, unless `column` or `rows` says otherwise; JSON Lines and TSV
    files under its name; `.spacy` files in the place that `spacy` names, else as data beside the Doc.
    """

    name: str
    column: str = ""
    """The column of CoNLL-U that holds it: LEMMA, UPOS, XPOS, FEATS, DEPREL or DEPS."""
    misc: str = ""
    """Its key in MISC, where that is not its name."""
    rows: str | None = None
    """`"module:attr"`: `(rows) -> labels`, where a label is computed from the ten CoNLL-U cells of each word; where one
    of them is "", the sentence has no labels of the kind. Such a kind is written to MISC."""
    spacy: str = ""
    """Where spaCy keeps it: LEMMA, POS, TAG, MORPH or ENT_IOB (`doc.ents`)."""
    aliases: tuple[str, ...] = ()
    """Other names of its column in a TSV file."""
    scheme: str = ""
    """How its tags make spans: BIO, IOB1, BIOES or BILOU; "" where each label stands for itself."""
    absent: str = "_"
    """The label of a word whose MISC column does not have the key."""
    unlabelled: bool = False
    """Whether `_` means that a word has no label, and is neither learnt nor scored; else `_` is a value."""
    always: bool = False
    """Whether readers yield it without being asked."""
    learnt: bool = False
    """Whether taggers learn it unasked where the training data have it. They give it to text; of words that come with
    labels only where it is asked for."""
    codec: str | None = None
    """`"module:attr"` of an object with `encode(word, label) -> code` and `decode(word, code) -> label`, where a model
    learns a code in place of the label, as an edit script in place of a lemma."""
    view: str | None = None
    """`"module:attr"`: `(label) -> label`, a coarser label that is scored, too."""
    view_name: str = ""
    """The name of the score of that view."""
    raw_name: str = ""
    """Its name among the scores from raw text, where that is not its own."""
    order: int = 100
    """Kinds are shown from the lowest number on."""
    above: bool = False
    """Whether a page shows it above the words; the other kinds show on hover."""
    summary: str = ""


@dataclass(frozen=True)
class CorpusFile:
    """One file of a corpus: its place below the corpus's folder, and where it can be had."""

    path: str
    sha256: str
    size: int
    url: str = ""
    packed: bool = False
    """The publisher's file is kept as gzip here (`path` ends in .gz): size and checksum are those of the content."""


@dataclass(frozen=True)
class CorpusListing:
    """A list of very many files, read only where they are fetched or verified: a line `sha256 size path` for each."""

    path: str
    """Of the list: `"package:path/inside"`."""
    url: str
    """What stands before each path in the file's address."""
    size: int
    """Bytes of all files together."""


@dataclass(frozen=True)
class Division:
    """How one file is cut into splits: by a hash of a side, so that equal texts never stand in two splits.

    See `seqkit.data.hash_split`. `shares` maps a split to its part of 1,000; what is left over is train.
    """

    side: str
    shares: Mapping[str, int]
    rule: str = "sha256"


@dataclass(frozen=True)
class CorpusSpec:
    """A corpus by name. `splits` maps train, dev, test (or others) to paths in `files`.

    Parallel text (`kind` "translation") has `sides`. In the format "lines" a split has one file for each side,
    in their order; in "tsv" and "jsonl" each file holds all sides (columns in the order of `sides`). A path may
    lead into a zip file: `archive.zip/member.txt`.
    """

    name: str
    language: str
    licence: str
    source: str
    files: tuple[CorpusFile, ...]
    splits: Mapping[str, tuple[str, ...]]
    kind: str = "tagging"
    """What its examples are for. Those of the default are sentences; others are read as pairs or media."""
    format: str = ""
    """The format's name, where the suffix does not tell."""
    folder: str = ""
    """`"package:path/inside"` where the files ship with the plugin; they then need no `url`."""
    summary: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """What its maker is given, fixed by whoever made the corpus."""
    options: type = NoOptions
    """A frozen dataclass of what its maker is given beside, which users may set: `--set corpus.length=600` where it is
    trained on, `NAME?length=600` wherever a corpus is named."""
    sides: tuple[str, ...] = ()
    """The languages of parallel text, as `--source` and `--target` name them."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Other names of splits: {"dev": "val"}."""
    maker: str | None = None
    """`"module:attr"`: `(folder, split, parameters) -> Iterator[Item]`, where examples are made, not read; the
    parameters are a mapping with the options among them."""
    made_from: str = ""
    """The corpus whose files it is made from, where it has none of its own."""
    listing: CorpusListing | None = None
    """Files beside those in `files`, where there are thousands. A path in `splits` may then be a folder."""
    division: Division | None = None
    """Set where the splits share files and a rule divides them."""


@dataclass(frozen=True)
class EngineSpec:
    """Where the parts of a batch are worked on.

    `engine` names a subclass of `seqkit.batch.engine.Engine`, made as `engine(setup, request)`. It is chosen by
    `seqkit batch VERB --engine NAME`; the fields of `options`, a frozen dataclass, are options of the command.
    """

    name: str
    engine: str
    options: type = NoOptions
    summary: str = ""


@dataclass(frozen=True)
class PretrainedSpec:
    """A trained model by name. `folder` is `"package:path/inside"`.

    The default of a task and language is the built-in one, else the first by name.
    """

    name: str
    folder: str
    task: str
    language: str
    summary: str = ""
