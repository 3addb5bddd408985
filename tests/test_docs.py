"""The book and the README agree with the code: missing, outdated or broken parts fail here."""

from __future__ import annotations

import ast
import dataclasses
import fnmatch
import importlib
import inspect
import re
import shlex
import subprocess
from itertools import pairwise
from pathlib import Path

import api
import commands
import generate
import make
import pytest
from test_imports import FOR_PLUGINS, LEVELS
from typer.testing import CliRunner

from seqkit.cli.app import app
from seqkit.extend import hookspecs, specs
from seqkit.extend.manager import registry
from seqkit.formats import seqkit_formats
from seqkit.models.folder import model_info
from seqkit.training.options import TrainingOptions

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    str(page.relative_to(ROOT))
    for page in [*ROOT.glob("*.md"), *(ROOT / "benchmarks").glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    if "examples" not in page.parts
)
QUOTE = re.compile(r"<!-- from (\S+) -->\n```\w*\n(.*?)```", re.DOTALL)
SHELL = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
OUTPUT = re.compile(r"<!-- output of: seqkit ([^\n]*) -->\n```\n(.*?)```", re.DOTALL)
PYTHON = re.compile(r"(?<!-->\n)```python\n(.*?)```", re.DOTALL)
OPTION = re.compile(r"--[a-z][a-z-]*")


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def section(page: str, heading: str) -> str:
    """What stands below a heading, up to the next of its level or above."""
    level = len(heading) - len(heading.lstrip("#"))
    (found,) = re.findall(
        rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{level}}} |\Z)", text_of(page), re.DOTALL | re.MULTILINE
    )
    return found


def help_of(*command: str) -> str:
    result = CliRunner().invoke(app, [*command, "--help"], prog_name="seqkit", env={"COLUMNS": "200"})
    assert result.exit_code == 0
    return result.output


def commands_below(*group: str) -> list[tuple[str, ...]]:
    """The commands that `--help` lists, groups opened."""
    listed = re.findall(r"^  ([a-z]+) ", help_of(*group).partition("Commands:")[2], re.MULTILINE)
    if not listed:
        return [group]
    own = [group] if group in GROUPS_THAT_ACT else []
    return own + [command for name in listed for command in commands_below(*group, name)]


GROUPS_THAT_ACT = {(group.name,) for group in commands.groups_that_act()}
COMMANDS = {command: set(OPTION.findall(help_of(*command))) for command in commands_below()}


@pytest.mark.parametrize("page", PAGES)
def test_generated_parts_are_up_to_date(page):
    assert generate.filled(text_of(page)) == text_of(page), "run: python docs/generate.py"


def test_every_generated_part_is_on_a_page():
    used = [part[2] for page in PAGES for part in generate.PART.finditer(text_of(page))]
    assert sorted(used) == sorted(generate.PARTS)


def test_the_help_lists_what_it_should():
    assert {("tag",), ("train",), ("evaluate",), ("plugins",), ("models", "info")} <= set(COMMANDS)
    assert {"--resume", "--set"} <= COMMANDS["train",]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_is_documented_with_every_option(command):
    documented = section("docs/cli.md", f"## `seqkit {' '.join(command)}`")
    assert set(OPTION.findall(documented)) == COMMANDS[command]


@pytest.mark.parametrize("hook", [name for name in vars(hookspecs) if name.startswith("seqkit_")])
def test_every_hook_is_documented_with_its_signature_and_record(hook):
    documented = section("docs/plugins/hooks.md", f"## `{hook}`")
    returned = inspect.signature(vars(hookspecs)[hook]).return_annotation
    assert f"def {hook}() -> {returned}" in documented
    record = vars(specs)[re.search(r"\[(\w+)\]", returned)[1]]
    for field in dataclasses.fields(record):
        assert re.search(rf"^    {field.name}: ", documented, re.MULTILINE)


@pytest.mark.parametrize("spec", seqkit_formats(), ids=lambda spec: spec.name)
def test_every_format_has_a_section_and_its_suffixes(spec):
    assert re.search(rf"^## .*: {spec.name}$", text_of("docs/formats.md"), re.MULTILINE)
    for suffix in spec.suffixes:
        assert f"`{suffix}`" in text_of("docs/formats.md")


def options_by_owner() -> list[tuple[str, str]]:
    owners = {"training": TrainingOptions}
    owners |= {
        registered.spec.name: registered.spec.options
        for registered in registry().all("models")
        if registered.builtin
    }
    return [(owner, field.name) for owner, kind in owners.items() for field in dataclasses.fields(kind)]


@pytest.mark.parametrize(("owner", "option"), options_by_owner())
def test_every_option_of_training_and_of_models_is_explained(owner, option):
    pages = [text_of("docs/options.md")]
    if (ROOT / f"docs/models/{owner}.md").exists():
        pages.append(text_of(f"docs/models/{owner}.md"))
    row = rf"^\| `{option}` \| `\S+` \| .*\w.* \|$"
    assert any(re.search(row, page, re.MULTILINE) for page in pages)


@pytest.mark.parametrize("model", [p.spec.name for p in registry().all("models") if p.builtin])
def test_every_model_has_its_page_with_code(model):
    assert QUOTE.findall(text_of(f"docs/models/{model}.md"))


@pytest.mark.parametrize("model", make.PLOTS)
def test_every_plot_is_on_the_page_of_its_model(model):
    page = f"docs/models/{model}.md"
    assert f"](../images/{model}.png)" in text_of(page)
    assert f"python docs/plots/make.py {model}" in text_of(page)


@pytest.mark.parametrize("page", PAGES)
def test_quoted_code_is_in_its_file(page):
    for path, quote in QUOTE.findall(text_of(page)):
        assert quote in text_of(path), f"{path} has changed"


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
        if not target.startswith(("https://", "http://")):
            path = (ROOT / page).parent / target.partition("#")[0]
            assert path.exists(), target


def test_the_index_links_every_page():
    linked = re.findall(r"\]\(([^)]+\.md)\)", text_of("docs/index.md"))
    assert {f"docs/{target}" for target in linked} == {p for p in PAGES if p.startswith("docs/")} - {
        "docs/index.md"
    }


def shell_lines() -> list[tuple[str, str]]:
    """Every command line of seqkit that a page shows."""
    blocks = [(page, block) for page in PAGES for block in SHELL.findall(text_of(page))]
    lines = [(page, line) for page, block in blocks for line in block.splitlines()]
    return [
        (page, line[line.index("seqkit ") :])
        for page, line in lines
        if re.search(r"(^|[|/] ?|&& )seqkit ", line)
    ]


@pytest.mark.parametrize(("page", "line"), shell_lines())
def test_shown_commands_exist_with_their_options(page, line):
    words = shlex.split(line, comments=True)[1:]
    if words == ["--version"]:
        return
    command = (words[0],) if (words[0],) in COMMANDS else tuple(words[:2])
    assert command in COMMANDS
    assert {word for word in words if OPTION.fullmatch(word)} <= COMMANDS[command]
    known = {option for _, option in options_by_owner()}
    kinds = ("tasks", "encoders", "decoders", "objectives", "optimizers")
    for kind, prefix in (*((kind, "") for kind in kinds), ("corpora", "corpus.")):
        options = (registered.spec.options for registered in registry().all(kind) if registered.builtin)
        known |= {prefix + field.name for one in options for field in dataclasses.fields(one)}
    assert {after.partition("=")[0] for word, after in pairwise(words) if word == "--set"} <= known


@pytest.mark.parametrize("page", PAGES)
def test_shown_output_is_what_the_command_prints(page):
    for line, output in OUTPUT.findall(text_of(page)):
        result = CliRunner().invoke(app, shlex.split(line))
        assert result.stdout.strip() == output.strip()


@pytest.mark.parametrize("page", PAGES)
def test_names_that_python_examples_import_exist(page):
    for block in PYTHON.findall(text_of(page)):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom) and node.module.startswith("seqkit"):
                module = importlib.import_module(node.module)
                assert all(hasattr(module, alias.name) for alias in node.names)


def test_every_environment_variable_is_documented():
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "seqkit").rglob("*.py"))
    read = set(re.findall(r"environ(?:\.get\(|\[)\"(\w+)\"", code))
    assert {"SEQKIT_CORPORA_DIR", "SEQKIT_PLUGINS"} <= read
    assert {name for name in read if f"`{name}`" not in text_of("docs/cli.md")} == set()


def test_the_readme_has_two_commands_each_alone_and_ci_runs_them():
    alone = [
        block.strip() for block in SHELL.findall(text_of("README.md")) if block.startswith("python3 -m venv ")
    ]
    assert len(alone) == 2
    assert not any("\n" in command for command in alone)
    listed = subprocess.run([ROOT / ".ci" / "run", "--list"], capture_output=True, text=True, check=True)
    assert listed.stdout.splitlines() == alone


BENCHMARKS = [
    path.name for path in sorted((ROOT / "benchmarks").glob("*.py")) if "__main__" in path.read_text()
]


@pytest.mark.parametrize("script", BENCHMARKS)
def test_every_benchmark_is_named(script):
    assert f"python benchmarks/{script}" in text_of("benchmarks/README.md")


def test_the_architecture_page_has_the_import_order():
    (line,) = re.findall(r"^cli -> .*$", text_of("docs/architecture.md"), re.MULTILINE)
    shown = [set(level.split(" | ")) for level in line.split(" -> ")]
    built = [{part for part in level if not part.startswith("_") and is_built(part)} for level in LEVELS]
    assert shown == [level for level in built if level]


def is_built(part: str) -> bool:
    return (ROOT / "seqkit" / part).is_dir() or (ROOT / "seqkit" / f"{part}.py").is_file()


def tree() -> set[str]:
    """The paths in the annotated tree of the page on architecture; two names may share a line."""
    (block,) = re.findall(r"## The folders\n\n```\n(.*?)```", text_of("docs/architecture.md"), re.DOTALL)
    found, parents = set(), []
    for line in block.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        names, purpose = re.fullmatch(r"\s*(\S+(?:, \S+)*)(?:  +(.*))?", line).groups()
        assert purpose or names.endswith("/")
        parents[depth:] = [names]
        found |= {"".join([*parents[:depth], name]) for name in names.split(", ")}
    return found


def folders() -> set[str]:
    """The folders that belong into the tree: those at the top, and the packages in the three with code."""
    ignored = [line.rstrip("/") for line in text_of(".gitignore").splitlines()] + [
        ".git",
        ".*_cache",
        ".hypothesis",
    ]
    inner = [
        path.parent
        for part in ("seqkit", "plugins", "corpora")
        for path in (ROOT / part).glob("*/__init__.py")
    ]
    tops = [path for path in ROOT.iterdir() if path.is_dir()]
    chosen = [p for p in [*tops, *inner] if not any(fnmatch.fnmatch(p.name, pattern) for pattern in ignored)]
    return {f"{path.relative_to(ROOT).as_posix()}/" for path in chosen}


def test_the_tree_names_every_folder():
    assert folders() - tree() == set()


def test_the_tree_names_nothing_that_is_not_there():
    assert {path for path in tree() if not (ROOT / path).exists()} == set()


def test_the_page_on_errors_is_of_the_model_that_ships():
    assert f"sha256 of its weights: `{model_info('en-tagger').sha256}`" in text_of("docs/errors.md")


def test_the_results_have_at_most_eight_tables():
    assert len(re.findall(r"^\| ---", text_of("docs/benchmarks.md"), re.MULTILINE)) <= 8


@pytest.mark.parametrize("public", FOR_PLUGINS)
def test_every_public_module_is_in_the_api_reference(public):
    covered = [module for page in api.PAGES for module in api.modules(page)]
    assert [module for module in covered if module == public or module.startswith(f"{public}.")]


def test_every_page_of_the_api_reference_has_modules():
    assert {path.stem for path in (ROOT / "docs" / "api").glob("*.md")} == set(api.PAGES)
