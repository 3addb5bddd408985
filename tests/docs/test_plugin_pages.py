"""The pages for plugin authors name every public object, and quote examples that run."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

import seqkit
import seqkit.testing
from seqkit.batch.engine import Done, Engine, EngineRequest
from seqkit.evaluation.corpus_metric import CorpusMetric
from seqkit.extend.manager import registry
from seqkit.extend.registry import KINDS
from seqkit.extend.specs import CommandSpec, CorpusFile, CorpusListing, CorpusSpec, Division, NoOptions
from seqkit.formats.text_writer import TextWriter
from seqkit.models.contracts import Memory
from seqkit.models.json_facts import JsonFacts
from seqkit.models.modalities import Decoder, DrawingDecoder, Encoder, SymbolDecoder
from seqkit.nn.recurrent import Recurrence
from seqkit.scaffold.names import check_names, kinds
from seqkit.scaffold.render import rendered
from seqkit.tasks import LabelledTask, LabelledTextTask, LabelledTrainable, Task, Trainable
from seqkit.tasks.example import TaskExample
from seqkit.training.objective import Objective

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "plugins"
PAGES = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md"))
CODE = re.compile(r"`[^`\n]+`|^```\w*\n.*?^```", re.DOTALL | re.MULTILINE)
CONTRACTS = {
    "command": (CommandSpec,),
    "corpus": (CorpusSpec, CorpusFile, CorpusListing, Division),
    "decoder": (Decoder, SymbolDecoder, DrawingDecoder),
    "encoder": (Encoder, Memory),
    "engine": (Engine, EngineRequest, Done),
    "first-plugin": (Recurrence,),
    "metric": (CorpusMetric,),
    "objective": (Objective,),
    "task": (Task, Trainable, LabelledTask, LabelledTextTask, LabelledTrainable, JsonFacts, TaskExample),
    "writer": (TextWriter,),
}
"""Page -> the classes whose members it, or the page with rules for plugins, explains."""
INHERITED = {"lacks", "count", "index"}
"""Members that need no explanation: an error's text, methods of tuples."""
RULES = (FOLDER / "contract.md").read_text(encoding="utf-8")


def code_in(page: str) -> str:
    """What a page shows as code."""
    return "\n".join(CODE.findall(page))


ALL_CODE = code_in(PAGES)


def own(one: type) -> set[str]:
    """The public members that a class declares."""
    names = {*vars(one), *vars(one).get("__annotations__", {})}
    return {name for name in names if not name.startswith("_")} - INHERITED


def names(name: str, code: str) -> bool:
    return bool(re.search(rf"(?<![\w.-]){name}(?![\w-])", code))


MEMBERS = [
    (page, f"{one.__name__}.{name}")
    for page, classes in CONTRACTS.items()
    for one in classes
    for name in sorted(own(one))
]


@pytest.mark.parametrize(("page", "member"), MEMBERS)
def test_every_member_of_a_contract_is_explained(page, member):
    text = code_in((FOLDER / f"{page}.md").read_text(encoding="utf-8") + RULES)
    assert names(member.partition(".")[2], text)


@pytest.mark.parametrize("name", sorted({*seqkit.__all__, *seqkit.testing.__all__}))
def test_every_public_name_is_in_the_docs(name):
    assert re.search(rf"(?<![\w.-])(seqkit\.|seqkit\.testing\.)?{name}(?![\w-])", ALL_CODE)


@pytest.mark.parametrize("kind", KINDS)
def test_every_hook_is_in_the_table_of_hooks(kind):
    assert f"`seqkit_{kind}`" in (ROOT / "docs/plugins.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", kinds())
def test_every_template_is_named(kind):
    assert kind in (FOLDER / "check.md").read_text(encoding="utf-8")


def options() -> list[tuple[str, str]]:
    """Every option of a built-in record: of training, evaluation, application, or its own."""
    found = []
    for kind in KINDS:
        for one in registry().all(kind):
            holders = [getattr(one.spec, name, None) for name in ("options", "evaluation", "application")]
            for holder in holders if one.builtin else ():
                if holder not in (None, NoOptions):
                    found += [(f"{kind}.{one.spec.name}", field.name) for field in dataclasses.fields(holder)]
    return sorted(set(found))


@pytest.mark.parametrize(("record", "option"), options())
def test_every_option_of_every_record_is_in_the_docs(record, option):
    assert names(option, ALL_CODE) or f"--{option.replace('_', '-')}" in PAGES


TEMPLATE = re.compile(r"<!-- template: (\S+) (\S+) (\S+) -->\n```python\n(.*?)```", re.DOTALL)


def test_files_of_templates_are_shown_as_they_are_written():
    shown = TEMPLATE.findall(PAGES)
    assert shown
    for kind, name, file, code in shown:
        assert dict(rendered(check_names(name, kind)))[file].strip() == code.strip()


def test_the_generated_corpus_of_the_page_works(install_plugin):
    page = (FOLDER / "corpus.md").read_text(encoding="utf-8")
    (code,) = re.findall(r'```python\n("""my_echo.*?)```', page, re.DOTALL)
    install_plugin("echo", code, module="my_echo")
    from seqkit.data.catalogue import find_corpus, made_items

    items = list(made_items(find_corpus("echo?length=7"), "dev"))
    assert len(items) == 100 and items[0].reads["frames"].shape == (7, 1)
    assert items[0].reads["frames"] is items[0].writes["frames"]


def test_the_corpus_on_the_web_of_the_page_has_the_figures_of_the_built_in_one():
    page = (FOLDER / "corpus.md").read_text(encoding="utf-8")
    (file,) = [
        one for one in registry().find("corpora", "ud-french-sequoia").files if "-dev.conllu" in one.path
    ]
    assert all(str(value) in page for value in (file.path, file.sha256, file.size))
