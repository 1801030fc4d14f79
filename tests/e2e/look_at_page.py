"""look_at_page.py CHROMIUM PAGE: opens a page in a headless browser, wide and narrow, light and dark:
nothing is wider than the screen, nothing is fetched, no error is said, every picture is drawn."""
import html
import json
import pathlib
import re
import subprocess
import sys
import tempfile

PROBE = """<script>
const faults = [];
addEventListener("securitypolicyviolation", e => faults.push("fetches " + e.blockedURI));
addEventListener("error", e => faults.push("error: " + (e.message || e.target.outerHTML.slice(0, 80))),
                 true);
addEventListener("load", () => {
  document.querySelectorAll("details").forEach(one => { one.open = true; });
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) {
    faults.push(`${root.scrollWidth} pixels wide`);
    document.querySelectorAll("body *").forEach(one => {
      if (!one.closest(".scroll") && one.getBoundingClientRect().right > innerWidth)
        faults.push("too wide: " + one.outerHTML.slice(0, 80));
    });
  }
  const pictures = [...document.images];
  pictures.filter(one => !one.complete || one.naturalWidth === 0)
          .forEach(one => faults.push("not drawn: " + one.alt));
  performance.getEntriesByType("resource").filter(one => !one.name.startsWith("data:"))
             .forEach(one => faults.push("fetched " + one.name));
  parent.postMessage({faults, pictures: pictures.length, width: innerWidth,
                      back: getComputedStyle(document.body).backgroundColor}, "*");
});
</script>"""

FRAME = """<!DOCTYPE html><body style="margin:0"><pre id="found">nothing</pre>
<script>addEventListener("message", e => {
  document.getElementById("found").textContent = JSON.stringify(e.data); });</script>
<iframe src="page.html" style="width:WIDTHpx;height:900px;border:0"></iframe>"""


def look(chromium, folder, width, dark):
    (folder / "frame.html").write_text(FRAME.replace("WIDTH", str(width)))
    words = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1400,1000",
             "--virtual-time-budget=10000", f"--user-data-dir={folder / 'profile'}",
             f"--blink-settings=preferredColorScheme={0 if dark else 1}", "--dump-dom",
             f"file://{folder / 'frame.html'}"]
    dom = subprocess.run(words, capture_output=True, text=True, timeout=120, check=True).stdout
    return json.loads(html.unescape(re.search(r'<pre id="found">(.*?)</pre>', dom, re.S)[1]))


def main():
    chromium, page = sys.argv[1], pathlib.Path(sys.argv[2])
    text = page.read_text(encoding="utf-8")
    # The page's own policy forbids the probe, too.
    probed = text.replace("default-src 'none'", "default-src 'none'; script-src 'unsafe-inline'", 1)
    probed = probed.replace('<meta name="viewport"', PROBE + '<meta name="viewport"', 1)
    assert probed.count(PROBE) == 1 and "script-src" in probed
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "page.html").write_text(probed, encoding="utf-8")
        backs = {}
        for width in (1280, 390):
            for dark in (False, True):
                found = look(chromium, folder, width, dark)
                assert found["width"] == width and not found["faults"], found
                backs[dark] = found["back"]
        assert backs[False] != backs[True], "light and dark look alike"
    print(f"{page}: {found['pictures']} pictures, nothing is wrong")


main()
