"""The command line, as `seqkit` and as `python -m seqkit`."""

from seqkit.runtime.signals import command_done, end_on_signals


def main() -> None:
    """Run the command line. A signal ends it with 128 + its number and one line, also during imports."""
    end_on_signals()
    from seqkit.cli.app import main as run

    try:
        run()
    finally:
        command_done()


if __name__ == "__main__":
    main()
