"""Speed, start-up and memory of `seqkit tag` and other taggers: `python benchmarks/tagging_speed.py TEXT_FOLDER`.

TEXT_FOLDER is the output of `running_text.py`: a million words, no sentence twice. Peers are folders written by
`train_peers.py`: `--peers FOLDER` has one for each, with its name. Every process is new, so caches are cold, and has
one thread, or `--threads`. Measures

- lists: words in, tags out, as Python lists, two processes with half of the sentences each;
- file: CoNLL-U to CoNLL-U with start-up. seqkit runs `seqkit tag --processes 2`; two processes of a peer get half of
  the file each, without the cost of splitting and joining;
- start: from process start to the tags of one sentence, compared with importing torch, and torch with spaCy;
- raw: text to CoNLL-U in one process, compared with a spaCy pipeline.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

from peers import PEERS, megabytes
from peers.watch import Peak, Watch, timed

from seqkit.evaluation.report import markdown_row
from seqkit.models.folder import model_folder, model_info

HERE = Path(__file__).resolve().parent
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS")
ENVIRONMENT = dict(os.environ)
# pip compiles packages at installation; a checkout must be allowed to store compiled files at the first start.
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)
DTYPE = "BENCHMARK_DTYPE"
"""The number format for worker processes; empty: the model's."""
PROCESSES = 2
Key = TypeVar("Key")


class System(NamedTuple):
    """A tagger, the folder of its model, and the Python that it is installed in."""

    name: str
    folder: Path
    python: str
    labels: str = ""
    """Kinds that `seqkit tag` writes; "": all."""

    def worker(self, task: str, *files: Path) -> list[str]:
        """The command line of a worker process."""
        return [self.python, "-m", "peers.worker", task, self.name, str(self.folder), *map(str, files)]

    @property
    def megabytes(self) -> float:
        """Size of the model in MB, without the files of its training."""
        return model_info(str(self.folder)).size / 1e6 if self.name == "seqkit" else megabytes(self.folder)


def main() -> None:
    """Run the requested measurements, and print a table for each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("text", type=Path)
    parser.add_argument("--model", default="en-tagger")
    parser.add_argument("--peers", type=Path, help="folder of peers; without it only seqkit is measured")
    parser.add_argument("--peers-python", default=sys.executable, help="a Python with seqkit and the peers")
    parser.add_argument("--only", nargs="*", choices=MEASURES, default=list(MEASURES))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1, help="of each process, for those that use them")
    parser.add_argument("--inference-dtype", default="", help="number format; default: the one it ships in")
    parser.add_argument("--labels", default="upos", help="of `seqkit tag`; peers write upos; '': all")
    arguments = parser.parse_args()
    systems = [System("seqkit", model_folder(arguments.model).resolve(), sys.executable, arguments.labels)]
    if arguments.peers:
        folders = ((name, (arguments.peers / name).resolve()) for name in PEERS)
        systems += [
            System(name, folder, arguments.peers_python) for name, folder in folders if folder.is_dir()
        ]
    ENVIRONMENT[DTYPE] = arguments.inference_dtype
    ENVIRONMENT.update(dict.fromkeys(THREADS, str(arguments.threads)))
    weights = f"sha256 of the weights {model_info(arguments.model).sha256}"
    dtype = arguments.inference_dtype or "its own number format"
    print(f"{arguments.model} in {dtype}, {weights}; {machine()}\n")
    for name in arguments.only:
        print("\n".join(MEASURES[name](systems, arguments.text.resolve(), arguments.rounds)), end="\n\n")


def machine() -> str:
    """The processor, its cores and its bfloat16 formats."""
    cpuinfo = Path("/proc/cpuinfo").read_text(encoding="utf-8") if sys.platform == "linux" else ""
    names = [line.split(":", 1)[1].strip() for line in cpuinfo.splitlines() if line.startswith("model name")]
    formats = [flag for flag in ("amx_bf16", "avx512_bf16") if flag in cpuinfo]
    return (
        f"{names[0] if names else sys.platform}, {os.cpu_count()} cores, {' '.join(formats) or 'no bfloat16'}"
    )


def lists(systems: list[System], text: Path, rounds: int) -> Iterator[str]:
    """Measure lists to lists; rounds alternate between all systems, so that other load affects them alike."""
    yield from _row("words in, tags out", "words/s, median", "best", "model MB", "largest MB", "together MB")
    yield from _row(*["---"] * 6)
    with tempfile.TemporaryDirectory() as work:
        halves, words = split_in(PROCESSES, text / "words.conllu", Path(work))
        results = _rounds(systems, rounds, lambda system: _lists(system, halves))
    for system, runs in results.items():
        yield from _row(system.name, *_speed(words, runs), f"{system.megabytes:.1f}", *_memory(runs))


def _lists(system: System, halves: list[Path]) -> tuple[float, Peak]:
    """Seconds from the moment all processes are ready until the last is done."""
    workers = [_open(system.worker("lists", half)) for half in halves]
    watch = Watch(*workers)
    for worker in workers:
        _expect(worker, "ready")
    begin = time.perf_counter()
    for worker in workers:
        _go(worker)
    for worker in workers:
        _expect(worker, "done")
    seconds = time.perf_counter() - begin
    peak = watch.stop()
    for worker in workers:
        worker.communicate("\n")
    return seconds, peak


def _open(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command, cwd=HERE, env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def _expect(worker: subprocess.Popen[str], word: str) -> None:
    assert worker.stdout is not None
    # A library may print to stdout while it loads.
    for line in worker.stdout:
        if line.strip() == word:
            return
    raise RuntimeError(f"{worker.args!r}: ended before it was {word}")


def _go(worker: subprocess.Popen[str]) -> None:
    assert worker.stdin is not None
    worker.stdin.write("\n")
    worker.stdin.flush()


def file(systems: list[System], text: Path, rounds: int) -> Iterator[str]:
    """Measure CoNLL-U to CoNLL-U, including start-up."""
    yield from _row("CoNLL-U to CoNLL-U", "words/s, median", "best", "seconds", "largest MB", "together MB")
    yield from _row(*["---"] * 6)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        halves, words = split_in(PROCESSES, text / "words.conllu", work)

        def run(system: System) -> tuple[float, Peak]:
            if system.name == "seqkit":
                out = work / "out.conllu"
                out.unlink(missing_ok=True)
                return timed(tag_command(system, text / "words.conllu", out, PROCESSES), env=ENVIRONMENT)
            return _together([system.worker("file", half, half.with_suffix(".out")) for half in halves])

        results = _rounds(systems, rounds, run)
    for system, runs in results.items():
        seconds = statistics.median(seconds for seconds, _ in runs)
        yield from _row(system.name, *_speed(words, runs), f"{seconds:.1f}", *_memory(runs))


def tag_command(system: System, source: Path, out: Path, processes: int) -> list[str]:
    """The command `seqkit tag`, with `--processes` if it has the option."""
    command = [
        system.python,
        "-m",
        "seqkit",
        "tag",
        "--model",
        str(system.folder),
        str(source),
        "-o",
        str(out),
        *dtype_option(),
        *(("--label", system.labels) if system.labels else ()),
    ]
    help_page = subprocess.run([*command[:4], "--help"], capture_output=True, text=True, check=True).stdout
    if "--processes" in help_page:
        return [*command, "--processes", str(processes)]
    print(f"seqkit tag has no --processes: one process in place of {processes}", file=sys.stderr)
    return command


def dtype_option() -> list[str]:
    """The option of `seqkit tag` for a number format other than the model's."""
    dtype = ENVIRONMENT.get(DTYPE, "")
    return ["--inference-dtype", dtype] if dtype else []


def _together(commands: list[list[str]]) -> tuple[float, Peak]:
    begin = time.perf_counter()
    workers = [_open(command) for command in commands]
    watch = Watch(*workers)
    if any([worker.wait() for worker in workers]):
        raise RuntimeError(f"failed: {commands}")
    return time.perf_counter() - begin, watch.stop()


def start(systems: list[System], text: Path, rounds: int) -> Iterator[str]:
    """Wall time of whole processes."""
    python = systems[0].python
    tag = [python, "-m", "seqkit", "tag", "--model", str(systems[0].folder)]
    tag += dtype_option()
    with tempfile.TemporaryDirectory() as work:
        words = Path(work) / "words.txt"
        words.write_text("Time flies like an arrow .\n", encoding="utf-8")
        commands = {
            "import torch": [python, "-c", "import torch"],
            "import torch, spacy": [python, "-c", "import torch, spacy"],
            "seqkit tag, words": [*tag, "--pretokenized", str(words)],
            "seqkit tag, text": [*tag, "Time flies like an arrow."],
        } | {system.name: system.worker("start") for system in systems[1:]}
        for command in commands.values():
            timed(command, cwd=HERE, env=ENVIRONMENT)
        results = _rounds(
            list(commands), max(7, rounds), lambda name: timed(commands[name], cwd=HERE, env=ENVIRONMENT)
        )
    seconds = {name: statistics.median(run[0] for run in runs) for name, runs in results.items()}
    yield from _row(
        "start to one sentence", "s, median", "s, best", "of torch", "of torch and spaCy", "peak MB"
    )
    yield from _row(*["---"] * 6)
    for name, runs in results.items():
        shares = [f"{seconds[name] / seconds[base]:.2f}" for base in ("import torch", "import torch, spacy")]
        best = min(run[0] for run in runs)
        yield from _row(name, f"{seconds[name]:.2f}", f"{best:.2f}", *shares, _memory(runs)[0])


def raw(systems: list[System], text: Path, rounds: int) -> Iterator[str]:
    """Measure text to CoNLL-U in one process, including start-up."""
    rivals = [system for system in systems if system.name in ("seqkit", "spacy")]
    counts: dict[System, int] = {}
    with tempfile.TemporaryDirectory() as work:
        out = Path(work) / "out.conllu"

        def run(system: System) -> tuple[float, Peak]:
            out.unlink(missing_ok=True)
            source = text / "text.txt"
            command = (
                tag_command(system, source, out, 1)
                if system.name == "seqkit"
                else system.worker("raw", source, out)
            )
            result = timed(command, cwd=HERE, env=ENVIRONMENT)
            counts[system] = count_words(out)
            return result

        results = _rounds(rivals, rounds, run)
    seconds = {system: statistics.median(run[0] for run in runs) for system, runs in results.items()}
    yield from _row(
        "text to CoNLL-U, one process", "words/s, median", "best", "seconds", "seqkit is faster by", "MB"
    )
    yield from _row(*["---"] * 6)
    for system, runs in results.items():
        times = f"{seconds[system] / seconds[rivals[0]]:.2f}"
        yield from _row(
            system.name, *_speed(counts[system], runs), f"{seconds[system]:.1f}", times, _memory(runs)[0]
        )


def split_in(parts: int, source: Path, work: Path) -> tuple[list[Path], int]:
    """Split a CoNLL-U file into parts of about equally many sentences; return them and the number of words."""
    blocks = source.read_text(encoding="utf-8").rstrip("\n").split("\n\n")
    size = -(-len(blocks) // parts)
    paths = [work / f"part{number}.conllu" for number in range(parts)]
    for number, path in enumerate(paths):
        part = blocks[number * size : (number + 1) * size]
        path.write_text("".join(f"{block}\n\n" for block in part), encoding="utf-8")
    return paths, count_words(source)


def count_words(path: Path) -> int:
    """Number of lines that are neither empty nor comments."""
    with open(path, encoding="utf-8") as file:
        return sum(1 for line in file if line[:1].isdigit())


def _rounds(
    keys: list[Key], rounds: int, run: Callable[[Key], tuple[float, Peak]]
) -> dict[Key, list[tuple[float, Peak]]]:
    results: dict[Key, list[tuple[float, Peak]]] = {key: [] for key in keys}
    for number in range(rounds):
        for key in keys:
            results[key].append(run(key))
            name = getattr(key, "name", key)
            print(f"round {number + 1}, {name}: {results[key][-1][0]:.2f} s", file=sys.stderr)
    return results


def _speed(words: int, runs: list[tuple[float, Peak]]) -> tuple[str, str]:
    seconds = [run[0] for run in runs]
    return f"{words / statistics.median(seconds):,.0f}", f"{words / min(seconds):,.0f}"


def _memory(runs: list[tuple[float, Peak]]) -> tuple[str, str]:
    return f"{max(peak.largest for _, peak in runs):.0f}", f"{max(peak.together for _, peak in runs):.0f}"


def _row(*cells: str) -> Iterator[str]:
    yield markdown_row(*cells)


MEASURES = {"lists": lists, "file": file, "start": start, "raw": raw}

if __name__ == "__main__":
    main()
