"""The command line, as `seqkit` and as `python -m seqkit`."""

import sys


def main() -> None:
    """Run it. Ctrl-C while its parts are still being loaded ends it as later: by 130, without a traceback."""
    try:
        from seqkit.cli.app import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
