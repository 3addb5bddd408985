"""The arguments of commands over sentences and running text as items of a task: texts, files, standard input."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator

from seqkit.examples import RawText, RecordErrors, Sentence
from seqkit.io.atomic import readable
from seqkit.tasks.application import ApplyRequest
from seqkit.tasks.sentence_task import SentenceTask
from seqkit.tasks.splitting import Item
from seqkit.terminal.argument_paths import is_there
from seqkit.terminal.inputs import Inputs
from seqkit.text.segmenters import Segmenter

LOOKS_LIKE_CONLLU = re.compile(r"(# \w+( id)? =|1\t\S)")


def items_of_inputs(
    task: SentenceTask,
    inputs: Inputs,
    request: ApplyRequest,
    problems: RecordErrors,
    segmenter: Callable[[], Segmenter],
) -> Iterator[Item]:
    """The sentences and paragraphs of every argument, in order.

    Args: segmenter, what splits raw text, for its note; called when the first raw text is met.
    """
    several, names = len(inputs.arguments) > 1, set[str]()
    noted = Notes(segmenter)
    for number, argument in enumerate(inputs.arguments or ("-",), start=1):
        is_file = inputs.is_file(argument)
        if not (is_file or inputs.all_text):
            _warn_of_namesake(argument)
        items = (
            task.read(argument, request, problems) if is_file else _of_text(task, argument, number, request)
        )
        if not (is_file and inputs.text_field):
            items = noted.seen(items)
        yield from _named(items, argument if is_file else f"argument {number}", names) if several else items


def _warn_of_namesake(argument: str) -> None:
    """Report a file that has the name of a text."""
    if argument and is_there(argument):
        print(f"'{argument}' is read as text; to read the file of that name, add --file", file=sys.stderr)


def _of_text(task: SentenceTask, text: str, number: int, request: ApplyRequest) -> Iterator[Item]:
    """The items of an argument, which has no name of its own."""
    for item in task.items_in(text, number, request, RecordErrors()):
        item.document = None
        yield item


class Notes:
    """Reports how raw text is read, once for each input, and how it is split, once."""

    def __init__(self, segmenter: Callable[[], Segmenter]) -> None:
        self._segmenter, self._told = segmenter, False

    def seen(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield the items of an input."""
        for number, item in enumerate(items):
            if number == 0 and isinstance(item, RawText):
                self._tell(item)
            yield item

    def _tell(self, first: RawText) -> None:
        if LOOKS_LIKE_CONLLU.match(first.text):
            path = first.where.path
            note = f"{path} looks like CoNLL-U, but is read as text; add --from conllu to read its labels"
            print(note, file=sys.stderr)
        if not self._told and (note := self._segmenter().note):
            print(note, file=sys.stderr)
        self._told = True


def _named(items: Iterable[Item], name: str, taken: set[str]) -> Iterator[Item]:
    """Begin a new document with the first words of an input, so that it does not continue the previous one.

    Args: taken, the names of the documents so far: the second of two inputs of one name gets a number.
    """
    named = False
    for item in items:
        if not named and _has_words(item):
            named = True
            if isinstance(item, RawText) or item.lines is None:
                item.document = _apart(readable(name) if item.document is None else item.document, taken)
        yield item


def _has_words(item: Item) -> bool:
    return bool(item.words) if isinstance(item, Sentence) else not (not item.text or item.text.isspace())


def _apart(name: str, taken: set[str]) -> str:
    """The name, with a number appended if it is taken."""
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    taken.add(found)
    return found
