"""`python -m seqkit`."""

from seqkit.cli.app import main

if __name__ == "__main__":
    main()
