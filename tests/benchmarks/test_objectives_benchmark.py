"""The benchmark of objectives translates in a number format that the processor has."""

from __future__ import annotations

import objectives
import pytest


@pytest.mark.parametrize("format_here", ["bfloat16", "float32"])
def test_the_number_format_is_one_that_the_processor_has(monkeypatch, capsys, format_here):
    monkeypatch.setattr(objectives, "usable", {"bfloat16": format_here}.__getitem__)
    monkeypatch.setattr("sys.argv", ["objectives.py", "--help"])
    with pytest.raises(SystemExit):
        objectives.main()
    assert f"default: {format_here} here" in capsys.readouterr().out
