"""`seqkit corpora`: list, fetch, measure and convert corpora."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seqkit.cli.corpora_stats import show_items, show_pairs, show_words
from seqkit.cli.data_command import DataCommand
from seqkit.cli.light_command import RecordsCommand
from seqkit.config import MOST_PIECES
from seqkit.terminal.argument_paths import check_apart, listed
from seqkit.terminal.limits import LimitFlags, MaxFrames, MaxPixels, MaxSeconds
from seqkit.terminal.tables import print_table, say, show_json, size

if TYPE_CHECKING:
    from seqkit.extend.specs import CorpusSpec

app = typer.Typer(no_args_is_help=True)
SkipBad = Annotated[bool, typer.Option("--skip-bad", help="Skip bad sentences and count them.")]
Given = dict[str, object]
"""Option -> its value; None or "" if absent."""
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Label = Annotated[str, typer.Option(help="Further kinds of label to read, separated by commas, such as ner.")]


@app.command("list", cls=RecordsCommand)
def list_corpora(as_json: AsJson = False) -> None:
    """List the corpora by name, with the folders of their files.

    \b
    Examples:
      seqkit corpora list --json
    """
    from seqkit.extend.manager import registry

    problems: dict[str, None] = {}
    rows = [_row(registered.spec, problems) for registered in registry().all("corpora")]
    for problem in problems:  # one folder may concern every corpus
        typer.echo(f"seqkit: warning: {problem}", err=True)
    if as_json:
        show_json(rows)
        return
    shown = [
        (row["name"], row["language"], _size(row), row["licence"], row["folder"] or "not fetched")
        for row in rows
    ]
    print_table(("name", "language", "size", "licence", "folder"), shown)


def _row(spec: CorpusSpec, problems: dict[str, None]) -> dict[str, Any]:
    folder = _folder(spec, problems)
    return {
        "name": spec.name,
        "language": spec.language,
        "bytes": sum(file.size for file in spec.files) + (spec.listing.size if spec.listing else 0),
        "made_from": spec.made_from or None,
        "licence": spec.licence,
        "source": spec.source,
        "summary": spec.summary,
        "splits": list(spec.splits),
        "folder": folder and str(folder),
    }


def _size(row: Mapping[str, Any]) -> str:
    """Size of the files; for a corpus without files, the name of the corpus that it is generated from."""
    return f"of {row['made_from']}" if row["made_from"] else size(row["bytes"])


def _folder(spec: CorpusSpec, problems: dict[str, None]) -> Path | None:
    """The folder of a corpus; None if it is not installed. Adds a message if the package that ships it is missing."""
    from seqkit.data.catalogue import corpus_folder
    from seqkit.errors import SeqkitError

    try:
        return corpus_folder(spec)
    except SeqkitError as error:
        problems[error.problem] = None
        return None


@app.command("get", cls=RecordsCommand)
def get_corpus(name: Annotated[str, typer.Argument(help="A name from `seqkit corpora list`.")]) -> None:
    """Fetch a corpus, check it against its manifest, and print its folder.

    \b
    Examples:
      seqkit corpora get ud-english-ewt
    """
    from seqkit.data.catalogue import find_corpus, get, verify
    from seqkit.errors import SeqkitError

    spec = find_corpus(name)
    typer.echo(f"{name}: {spec.licence}, {spec.source}", err=True)
    folder = get(name, _show_progress)
    faults = verify(name)
    if faults:
        fix = f"Put the files of the manifest there, or move {folder} away to fetch them."
        if _is_shipped(spec, folder):
            fix = "They ship with the corpus's plugin: reinstall it."
        raise SeqkitError("; ".join(faults), fix)
    typer.echo(folder)


def _is_shipped(spec: CorpusSpec, folder: Path) -> bool:
    """Whether the folder of a corpus is the one in the package of its plugin."""
    from seqkit.data.catalogue import find_corpus
    from seqkit.extend.manager import package_folder

    owner = find_corpus(spec.made_from) if spec.made_from else spec
    return bool(owner.folder) and package_folder(owner.name, owner.folder) == folder


def _show_progress(path: str, done: int, total: int) -> None:
    """Show the progress of a file: redraw one line on a terminal, else print a line when the file is complete."""
    if sys.stderr.isatty():
        shown = f"{path}: {size(done)} of {size(total)}"
        typer.echo(f"\r{shown:<60}", err=True, nl=done >= total)
    elif done >= total:
        typer.echo(f"{path}: {size(total)}", err=True)


@app.command("stats", cls=DataCommand)
def show_stats(
    source: Annotated[
        str,
        typer.Argument(
            metavar="NAME_OR_FILE", help="A corpus by name, or a file; parallel text as a.en,a.de."
        ),
    ],
    vocab_size: Annotated[
        int | None,
        typer.Option(
            min=0, max=MOST_PIECES, help="Vocabulary size in SentencePiece pieces; 0: none. Default: 4000."
        ),
    ] = None,
    subword: Annotated[
        str, typer.Option(help="SentencePiece algorithm: unigram or bpe. Default: unigram.")
    ] = "",
    source_side: Annotated[
        str, typer.Option("--source", help="Side of a .tsv or .jsonl file of parallel text.")
    ] = "",
    target_side: Annotated[str, typer.Option("--target", help="The other side.")] = "",
    encoder: Annotated[
        str,
        typer.Option(
            help="Encoders of a table of media files, separated by commas: audio, image, video, text."
        ),
    ] = "",
    decoder: Annotated[str, typer.Option(help="Decoder of a table of media files. Default: text.")] = "",
    label: Label = "",
    max_seconds: MaxSeconds = None,
    max_pixels: MaxPixels = None,
    max_frames: MaxFrames = None,
    skip_bad: SkipBad = False,
    as_json: AsJson = False,
) -> None:
    """Count sentences, words and labels of a corpus, lines of parallel text, or recordings, pictures and films.

    \b
    Examples:
      seqkit corpora stats ud-english-ewt
      seqkit corpora stats lines.de lines.en
    """
    from seqkit.examples import RecordErrors

    problems = RecordErrors(skip=skip_bad)
    of_words: Given = {"--vocab-size": vocab_size, "--subword": subword, "--label": label}
    of_pairs: Given = {"--source": source_side, "--target": target_side}
    of_tables: Given = {"--encoder": encoder, "--decoder": decoder}
    limits: Given = {"--max-seconds": max_seconds, "--max-pixels": max_pixels, "--max-frames": max_frames}
    if _is_made(source):
        _refuse("a generated corpus", of_words | of_pairs | of_tables | limits)
        show_items(source, "", "", LimitFlags().limits(), problems, as_json)
    elif encoder:
        _refuse("a table of files", of_words | of_pairs)
        bounds = LimitFlags(max_seconds, max_pixels, max_frames).limits()
        show_items(source, encoder, decoder or "text", bounds, problems, as_json)
    elif source_side or target_side or _is_parallel(source):
        _refuse("parallel text", of_words | of_tables | limits)
        show_pairs(source, (source_side, target_side), problems, as_json)
    else:
        _refuse("text", of_tables | limits)
        pieces = 4000 if vocab_size is None else vocab_size
        show_words(source, pieces, subword or "unigram", listed(label), problems, as_json)


def _refuse(kind: str, given: Given) -> None:
    """Raise SeqkitError for an option that has no effect on this kind of data."""
    from seqkit.errors import SeqkitError

    for option, value in given.items():
        if value not in (None, ""):
            fix = "Leave it out, or name other data (a table of files: --encoder)."
            raise SeqkitError(f"{option}: not for {kind}", fix, exit_code=2)


def _is_made(source: str) -> bool:
    """Whether `source` is the name of a corpus with generated examples."""
    from seqkit.data.catalogue import find_corpus
    from seqkit.data.pair_sides import names_pair_files

    return not names_pair_files(source) and find_corpus(source).maker is not None


def _is_parallel(source: str) -> bool:
    """Whether `source` contains pairs: two files, a file of pairs, or a corpus with sides."""
    from seqkit.data.catalogue import find_corpus
    from seqkit.data.files import names_file
    from seqkit.data.pair_sides import files_in, pair_format

    if names_file(source) or "," in source:
        return len(files_in(source)) > 1 or pair_format(source) is not None
    return bool(find_corpus(source).sides)


@app.command("convert", cls=DataCommand)
def convert_file(
    source: Annotated[Path, typer.Argument(metavar="IN", help="The file to read.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="The file to write.")],
    label: Label = "",
    skip_bad: SkipBad = False,
) -> None:
    """Write a file in another format, by suffix: .conllu .spacy .jsonl .tsv, each also with .gz.

    \b
    Examples:
      seqkit corpora convert train.conllu train.spacy
    """
    from seqkit.data.catalogue import convert
    from seqkit.examples import RecordErrors

    check_apart({"OUT": target}, [str(source)])
    problems = RecordErrors(skip=skip_bad)
    count = convert(source, target, problems, listed(label))
    say(problems.summary())
    say(f"{target}: {count} sentence(s)")
