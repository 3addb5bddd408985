"""Attention plots over sources of each modality."""

import numpy as np
import pytest
from PIL import Image

from seqkit.evaluation.attention import Alignment, heat_map, media_heat_map
from seqkit.evaluation.pictures import letters_of_any_script


def test_a_strip_is_lit_where_the_decoder_looks(tmp_path):
    """Two rows that look at either end: the upper strip is orange on the left, the lower on the right."""
    weights = np.array([[1.0, 0, 0, 0], [0, 0, 0, 1.0]], np.float32)
    found = Alignment(["one$", "two"], [f"{n} s" for n in range(4)], weights)
    media_heat_map(tmp_path / "a.png", found, np.zeros((10, 40), np.uint8), "time")
    pixels = np.asarray(Image.open(tmp_path / "a.png").convert("RGB")).astype(int)
    lit = (pixels[..., 0] > 150) & (pixels[..., 2] < 80) & (pixels[..., 0] - pixels[..., 1] > 60)
    rows, columns = np.nonzero(lit)
    middle_row, middle_column = pixels.shape[0] // 2, pixels.shape[1] // 2
    assert len(rows) > 1000
    upper = rows < (rows.min() + rows.max()) / 2
    assert (columns[upper] < middle_column).all() and (columns[~upper] > middle_column).all()
    assert rows.min() < middle_row < rows.max()


@pytest.mark.parametrize(("letters", "told"), [("žčß", 0), ("\U0001fae0\U00013000", 1)])
def test_letters_that_no_font_has_are_reported_in_one_line(tmp_path, recwarn, letters, told):
    found = Alignment(list(letters), list(letters), np.full((len(letters), len(letters)), 0.5, np.float32))
    with letters_of_any_script() as missing:
        heat_map(tmp_path / "a.png", found)
    assert len(missing) == told and not recwarn.list
    with letters_of_any_script():
        heat_map(tmp_path / "a.svg", found)
    assert all(f">{letter}<" in (tmp_path / "a.svg").read_text(encoding="utf-8") for letter in letters)
