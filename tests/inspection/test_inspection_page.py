"""The HTML page of an inspection: one file, no external address, plots that a browser displays."""

import re
import shutil
import subprocess

import pytest
from toy import TREEBANK, tiny

from seqkit.inspection.charts import bars, lines, picture
from seqkit.inspection.inspect import InspectOptions, inspect_subject
from seqkit.inspection.page import MOST_BYTES, write_page
from seqkit.tasks.inspecting import InspectionRequest
from seqkit.tasks.tagging.inspecting import TaggingSubject

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
HOVER = """<script>
const marks=document.querySelectorAll('[data-t]');
const said=[];
for(const mark of [marks[0],marks[marks.length-1]]){
mark.dispatchEvent(new MouseEvent('mousemove',{bubbles:true,clientX:5,clientY:5}));
said.push(tip.textContent+'|'+getComputedStyle(tip).display)}
document.body.insertAdjacentHTML('beforeend','<pre id="seen">'+marks.length+'#'+said.join('#')+'</pre>');
</script>"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    request = InspectionRequest("toy", source="toy")
    subject = TaggingSubject(tiny("lstm").eval(), TREEBANK)
    path = tmp_path_factory.mktemp("page") / "report.html"
    write_page(path, inspect_subject("tagging", subject, request, InspectOptions()))
    return path


def test_the_page_is_one_small_file_without_an_address(page):
    content = page.read_text(encoding="utf-8")
    assert len(content.encode()) <= MOST_BYTES
    assert not re.search(r"https?:|//[a-z]|\bsrc=|\bhref=|@import|url\(", content)
    assert content.count("<svg") >= 8


def test_a_browser_shows_the_page_and_values_on_hover(page, tmp_path):
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip(f"needs a browser: none of {', '.join(BROWSERS)} is installed")
    looked = tmp_path / "looked.html"
    looked.write_text(
        page.read_text(encoding="utf-8").replace("</body>", HOVER + "</body>"), encoding="utf-8"
    )
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'own'}"]
    done = subprocess.run(
        [*command, "--dump-dom", looked.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    # The script itself holds the words, too; what it wrote comes last.
    seen = re.findall(r'<pre id="seen">([^<\']*)</pre>', done.stdout)[-1]
    count, *said = seen.split("#")
    assert int(count) > 200
    assert all(re.fullmatch(r".+\|block", one) for one in said)
    assert said[0].startswith("measured ‖∂L/∂z‖: 1 at distance k 0")


def test_marks_are_at_the_positions_of_their_values():
    drawn = lines({"a": [(0, 0.0), (10, 2.0)]}, "x", "y")
    places = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)".*?data-t="([^"]+)"', drawn)
    assert [told for _, _, told in places] == ["a: 0 at x 0", "a: 2 at x 10"]
    (x0, y0, _), (x1, y1, _) = places
    assert float(x0) < float(x1) and float(y0) > float(y1)
    assert re.findall(r'data-t="([^"]+)"', bars([1, 3], 0.0, 1.0, "gate")) == [
        "0.00 to 0.50: 25.0 %",
        "0.50 to 1.00: 75.0 %",
    ]
    shown = picture([[0.0, 1.0]], ["<row>"], ["left", "right"])
    assert "&lt;row&gt; ← right: 1" in shown and "<row>" not in shown
    assert re.findall(r'fill="(#\w+)"', shown) == ["#ffffff", "#0c4c81"]
