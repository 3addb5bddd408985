"""The records that hooks yield. Each names its implementation as `"module:attr"`, so that listing is cheap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class RecurrenceSpec:
    """A layer z_t = f(x_t, z_{t-1}).

    `layer` names a subclass of `seqkit.nn.recurrent.Recurrence`, created as `layer(input_size, hidden_size)`.
    """

    name: str
    layer: str
    summary: str = ""
    numpy_form: str | None = None
    """A subclass of `seqkit.inference.numpy.forms.NumpyRecurrence`: the layer for prediction without torch."""


@dataclass(frozen=True)
class ModelSpec:
    """A model that `seqkit train NAME` can train.

    `task` is the name of a TaskSpec. `options` is a plain dataclass of defaults; `build` names a function
    `(options, facts) -> Model`, and `facts` the class of what the training data determine (vocabularies, label sets):
    None is that of the TaskSpec.
    """

    name: str
    task: str
    options: type
    build: str
    facts: str | None = None
    summary: str = ""


@dataclass(frozen=True)
class NoOptions:
    """The options of a record without options."""


@dataclass(frozen=True)
class TaskSpec:
    """A kind of model: how its examples are prepared, how it is trained, scored and applied.

    `implementation` names a subclass of `seqkit.tasks.Task`, created without arguments. `options` is a frozen dataclass
    of the options of `seqkit train` for such models, `evaluation` of those of `seqkit evaluate`, `application` of those
    of `seqkit batch VERB`: each field becomes an option of the command (`bptt_window` is `--bptt-window`), and `--set`
    also sets those of training.
    """

    name: str
    implementation: str
    options: type = NoOptions
    evaluation: type = NoOptions
    application: type | None = None
    """Options of applying such models to files; None if `Task.apply` is not implemented."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Defaults of this task for options of training, objective and optimizer, such as {"label_smoothing": 0}."""
    verb: str = ""
    """The command that applies such models, such as "tag"."""
    inference_dtypes: tuple[str, ...] = ("float32", "bfloat16")
    """Number formats in which such models can be applied."""
    oldest_format: int = 1
    """The oldest format of model folders that gives the same results today."""
    facts: str | None = None
    """The class of what the training data determine, for models that name none."""
    example: str | None = None
    """`"module:attr"`: `(folder) -> seqkit.tasks.TaskExample` writes small data into a folder, with which `seqkit
    plugins check` trains, evaluates and applies the models of the task."""
    provides: str = ""
    """A service of such models for other tasks: "segmenter", or ""."""
    numpy_form: str | None = None
    """A function `(name_or_folder) -> model | None` that loads such a model as a service without torch, for a
    short stream; the function returns None if a part of the model has no numpy form."""
    loaded: str | None = None
    """A subclass of `seqkit.tasks.loaded.LoadedModel`, with typed methods, which `seqkit.load` returns. None: that
    class, which has `apply`, `pipe`, and a method by the name of `verb`."""
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

    `objective` names a subclass of `seqkit.training.objective.Objective`, created as `objective(options)`. It is
    selected by `--set objective=NAME`; the fields of `options`, a frozen dataclass, are set by `--set name=value` or,
    if two records have a field of one name, by `--set objective.name=value`.
    """

    name: str
    objective: str
    options: type = NoOptions
    summary: str = ""


@dataclass(frozen=True)
class OptimizerSpec:
    """An optimizer.

    `build` names a function `(parameters, learning_rate, options) -> torch.optim.Optimizer`. It is selected by
    `--set optimizer=NAME`; options are set as those of an objective.
    """

    name: str
    build: str
    options: type = NoOptions
    summary: str = ""


@dataclass(frozen=True)
class ScheduleSpec:
    """A schedule of the learning rate after the warm-up.

    `factor` names a function from the share of the steps left, 1 to 0, to the share of the highest learning rate. It is
    selected by `--set schedule=NAME`.
    """

    name: str
    factor: str
    summary: str = ""


@dataclass(frozen=True)
class MetricSpec:
    """A score of outputs against references.

    `metric` names a subclass of `seqkit.evaluation.corpus_metric.CorpusMetric`, created without arguments.
    """

    name: str
    metric: str
    higher_is_better: bool = True
    unit: str = ""
    """Shown after its values, such as "%" or "edits"."""
    summary: str = ""
    title: str = ""
    """Its title in tables, such as "chrF2"; "" is its name."""


@dataclass(frozen=True)
class EncoderSpec:
    """An encoder of a modality into a memory that any decoder can read.

    `build` names a subclass of Encoder, or a function `(options, facts) -> Encoder`; `facts` the class of what the
    training data determine, with `gather(pairs, options)`, `save(folder)` and `load(folder)`. `options` is a frozen
    dataclass, whose fields are set like those of the model. `seqkit.models.modalities` has the base class.
    """

    name: str
    build: str
    facts: str
    options: type = NoOptions
    summary: str = ""
    reader: str | None = None
    """`"module:attr"`: `(path, limits) -> input`, if inputs are files; None if they are lines of text."""
    suffixes: tuple[str, ...] = ()
    """Suffixes of the files it reads."""
    numpy_form: str | None = None
    """The encoder without torch: created as `form(options, facts, weights)`, a
    `seqkit.inference.numpy.translator.NumpyEncoder`."""
    example: str | None = None
    """`"module:attr"`: `(seed) -> input` makes a small input, whose length differs with the seed, with which `seqkit
    plugins check` tries the encoder. None: lines of text."""


@dataclass(frozen=True)
class DecoderSpec:
    """A decoder of a memory into a modality.

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
    """As for an encoder, for targets in files."""
    writer: str | None = None
    """`"module:attr"`: `(output, path)` writes one output atomically; None if it is a line of text."""
    suffixes: tuple[str, ...] = ()
    """Suffixes of the files it writes, the default first."""
    numpy_form: str | None = None
    """The decoder without torch: created as `form(options, facts, weights, encoders)`, a
    `seqkit.inference.numpy.translator.NumpyDecoder`."""
    example: str | None = None
    """As for an encoder, for targets."""


@dataclass(frozen=True)
class FormatSpec:
    """A file format: suffixes, reader and writers.

    `reader` names `(path, problems) -> Iterator[Sentence]`, or an iterator of what `yields` says; the path may be "-"
    (standard input), compressed, or inside a zip file: `seqkit.io.text_files.read_lines` opens all of them. `writer`
    names a class created as `writer(binary_file)` with `write(sentence)` and `close()`.
    """

    name: str
    suffixes: tuple[str, ...]
    reader: str | None = None
    writer: str | None = None
    yields: str = "sentences"
    """What the reader yields: "sentences", "text" (RawText), or "pairs": `Pair(sources, target)` with one source and
    its translation or, with target None, `sources` as a mapping from the name of each side to its text."""
    summary: str = ""
    takes_kinds: bool = False
    """Whether the reader takes a third argument: kinds of label to yield in addition to the default ones."""
    shows: tuple[str, ...] = ()
    """Optional content that the writers support: "probabilities" of labels, "scores" of translations."""
    translations: str | None = None
    """A class created as `writer(binary_file, n_best)`, a `seqkit.formats.translations.TranslationWriter`."""
    cuts: str = "whole"
    """How a long file can be divided into parts that the reader can read separately: "lines" (each is a record),
    "blocks" (an empty line between records), "words" (blocks, perhaps with a header in the first line), "table" (a
    header, then lines), "csv", "text" (between paragraphs), "rows" (Parquet); "whole": not at all. The reader must open
    files with `seqkit.io.text_files`."""
    join: str | None = None
    """`"module:attr"`: `(parts, file, fresh)` joins the writer's outputs for the parts of an input into one file (see
    `seqkit.formats.joining`). None: the format is not available for whole corpora or, with `pieces`, has a file for
    each part."""
    pieces: bool = False
    """Whether the outputs for the parts stay separate files, `NAME-00001.spacy` and so on."""
    packs: bool = True
    """Whether the output for a compressed input is compressed, too."""
    example: str | None = None
    """`"module:attr"`: the content of a small file, str or bytes, with which `seqkit plugins check` tries the reader.
    None: what the writer writes."""


@dataclass(frozen=True)
class LabelSpec:
    """A kind of word label: where each format stores it, what its values mean, and how it is shown.

    CoNLL-U stores it in the MISC column as `NAME=value`, unless `column` or `rows` is given; JSON Lines and TSV files
    under its name; `.spacy` files in the attribute `spacy`, or else in the Doc's user data.
    """

    name: str
    column: str = ""
    """Its column in CoNLL-U: LEMMA, UPOS, XPOS, FEATS, DEPREL or DEPS."""
    misc: str = ""
    """Its key in MISC, if that is not its name."""
    rows: str | None = None
    """`"module:attr"`: `(rows) -> labels`, if labels are computed from the ten CoNLL-U cells of each word. If one label
    is "", the sentence has no labels of the kind. Such a kind is written to MISC."""
    spacy: str = ""
    """Its attribute in spaCy: LEMMA, POS, TAG, MORPH or ENT_IOB (`doc.ents`)."""
    aliases: tuple[str, ...] = ()
    """Other names of its column in a TSV file."""
    scheme: str = ""
    """Span scheme of its tags: BIO, IOB1, BIOES or BILOU; "" if labels are not spans."""
    absent: str = "_"
    """Label of a word whose MISC column does not have the key."""
    unlabelled: bool = False
    """Whether `_` means that a word has no label and is neither trained on nor scored; else `_` is a value."""
    always: bool = False
    """Whether readers yield it by default."""
    learnt: bool = False
    """Whether taggers learn it by default if the training data have it. They predict it for text; for words with labels
    only on request."""
    codec: str | None = None
    """`"module:attr"` of an object with `encode(word, label) -> code` and `decode(word, code) -> label`, if a model
    learns a code in place of the label, such as an edit script in place of a lemma."""
    given: tuple[str, ...] = ()
    """Kinds of label, the best first: the label of the first one that a model learns decides, together with the word,
    which codes of training a known word may have."""
    view: str | None = None
    """`"module:attr"`: `(label) -> label`, a coarser label that is also scored."""
    view_name: str = ""
    """The name of the score of that view."""
    raw_name: str = ""
    """Its name among the scores from raw text, if different."""
    order: int = 100
    """Position in displays, lowest first."""
    above: bool = False
    """Whether HTML pages show it above the words; other kinds appear on hover."""
    summary: str = ""


@dataclass(frozen=True)
class CorpusFile:
    """A file of a corpus: its path in the folder of the corpus, and its address."""

    path: str
    sha256: str
    size: int
    url: str = ""
    packed: bool = False
    """Whether the file is stored as gzip (`path` ends in .gz); size and checksum are those of the content."""


@dataclass(frozen=True)
class CorpusListing:
    """A list of many files with a line `sha256 size path` for each, read only to fetch or verify them."""

    path: str
    """Path of the list: `"package:path/inside"`."""
    url: str
    """Prefix of the address of each file."""
    size: int
    """Total bytes of all files."""


@dataclass(frozen=True)
class Division:
    """The division of a file into splits by a hash of one side, so that equal texts are never in two splits.

    See `seqkit.data.hash_split`. `shares` maps a split to its share of 1,000; the rest is train.
    """

    side: str
    shares: Mapping[str, int]
    rule: str = "sha256"


@dataclass(frozen=True)
class CorpusSpec:
    """A corpus by name. `splits` maps train, dev, test (or others) to paths in `files`.

    Parallel text (`kind` "translation") has `sides`. In the format "lines" a split has one file for each side,
    in their order; in "tsv" and "jsonl" each file has all sides (columns in the order of `sides`). A path may
    point into a zip file: `archive.zip/member.txt`.
    """

    name: str
    language: str
    licence: str
    source: str
    files: tuple[CorpusFile, ...]
    splits: Mapping[str, tuple[str, ...]]
    kind: str = "tagging"
    """Task of its examples. With the default they are sentences; others are read as pairs or media."""
    format: str = ""
    """Name of the format, if the suffix does not determine it."""
    folder: str = ""
    """`"package:path/inside"` if the files are part of the plugin; they then need no `url`."""
    summary: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Fixed parameters of its maker."""
    options: type = NoOptions
    """A frozen dataclass of further parameters of its maker, which users may set: `--set corpus.length=600` in
    training, `NAME?length=600` in place of the name of the corpus."""
    sides: tuple[str, ...] = ()
    """The languages of parallel text, as `--source` and `--target` name them."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Other names of splits: {"dev": "val"}."""
    maker: str | None = None
    """`"module:attr"`: `(folder, split, parameters) -> Iterator[Item]`, if examples are generated; the
    parameters are a mapping that includes the options."""
    made_from: str = ""
    """The corpus from whose files it is made, if it has no files."""
    listing: CorpusListing | None = None
    """Further files, if there are thousands. A path in `splits` may then be a folder."""
    division: Division | None = None
    """The rule that divides files, if splits share them."""


@dataclass(frozen=True)
class EngineSpec:
    """An engine that processes the parts of a batch.

    `engine` names a subclass of `seqkit.batch.engine.Engine`, created as `engine(setup, request)`. It is selected by
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
