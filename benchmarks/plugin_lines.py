"""Count the lines that an author writes for a plugin: `python benchmarks/plugin_lines.py`.

Counted are lines of code of pyproject.toml and of the package, without blank lines, comments and docstrings. Tests,
README and data are not counted. For each kind: the template, and the example of the book.
"""

from __future__ import annotations

import ast
import io
import tokenize
from pathlib import Path

from seqkit.scaffold.names import check_names, kinds
from seqkit.scaffold.render import rendered

ROOT = Path(__file__).parents[1]
EXAMPLES = {
    "recurrence": "seqkit-mingru",
    "encoder": "seqkit-series",
    "decoder": "seqkit-strokes",
    "format": "seqkit-tmx",
    "corpus": "seqkit-pos",
    "task": "seqkit-line-classes",
    "objective": "seqkit-focal",
    "optimizer": "seqkit-lion",
    "engine": "seqkit-children",
}


def lines_of_code(source: str) -> int:
    """Lines of Python with a token that is neither a comment nor a docstring."""
    docs = set()
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            docs |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    skipped = (
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    )
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    held = {line for one in tokens if one.type not in skipped for line in range(one.start[0], one.end[0] + 1)}
    return len(held - docs)


def counted(files: dict[str, str]) -> tuple[int, int]:
    """Lines of Python, and of pyproject.toml."""
    python = sum(
        lines_of_code(text) for path, text in files.items() if path.endswith(".py") and "tests" not in path
    )
    toml = files["pyproject.toml"].splitlines()
    return python, sum(bool(line.strip()) and not line.startswith("#") for line in toml)


def files_below(folder: Path) -> dict[str, str]:
    """The texts of a project."""
    paths = [path for path in folder.rglob("*") if path.suffix in (".py", ".toml")]
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def main() -> None:
    """Write a table."""
    print("kind\ttemplate: Python\t+ pyproject\texample: Python\t+ pyproject")
    for kind in kinds():
        python, toml = counted(dict(rendered(check_names("seqkit-lem", kind))))
        name = EXAMPLES.get(kind)
        example = counted(files_below(ROOT / "docs" / "examples" / name)) if name else ("", "")
        print(kind, python, toml, *example, sep="\t")


if __name__ == "__main__":
    main()
