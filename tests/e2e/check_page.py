"""check_page.py PAGE [NAME…]: a report is sound HTML that needs nothing from elsewhere, its links and
pictures are there, nothing in it can run, and each NAME can be read in it letter by letter."""
import base64
import pathlib
import struct
import sys
import urllib.parse
import xml.etree.ElementTree as xml
import zlib

import html5lib


def check_png(png):
    """Every chunk is whole, and the pixels are all there."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, pixels = 8, b""
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at:at + 8])
        body = png[at + 8:at + 8 + size]
        assert zlib.crc32(kind + body) == struct.unpack(">I", png[at + 8 + size:at + 12 + size])[0]
        if kind == b"IHDR":
            width, height = struct.unpack(">II", body[:8])
        if kind == b"IDAT":
            pixels += body
        at += 12 + size
    assert kind == b"IEND" and len(zlib.decompress(pixels)) == height * (1 + 3 * width)


def check_target(page, element, name, target):
    url = urllib.parse.urlsplit(target)
    if url.scheme == "data":
        kind, _, code = url.path.partition(";base64,")
        data = base64.b64decode(code, validate=True)
        if kind == "image/png":
            check_png(data)
        else:
            assert kind == "image/svg+xml" and xml.fromstring(data) is not None, kind
        return
    assert not url.scheme and not url.netloc, f"<{element} {name}={target}> is elsewhere"
    there = (page.parent / urllib.parse.unquote(url.path)).exists()
    assert there, f"<{element} {name}={target}> is missing"


def main():
    page, names = pathlib.Path(sys.argv[1]), sys.argv[2:]
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), strict=True)
    tree = parser.parse(page.read_text(encoding="utf-8"))
    texts = []
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        tag = element.tag.rpartition("}")[2]
        assert tag not in ("script", "iframe", "object", "embed", "link", "form"), tag
        for name, value in element.attrib.items():
            assert not str(name).startswith("on"), f"<{tag} {name}>"
            if name in ("src", "href"):
                check_target(page, tag, name, value)
        if tag == "img":
            assert element.attrib["alt"]
        if tag == "svg":
            assert "aria-label" in element.attrib or "aria-hidden" in element.attrib
        if tag != "style":
            texts.append("".join(element.itertext()).strip())
    for name in names:
        assert any(name == text for text in texts) or any(name in text for text in texts), name
    print(f"{page}: sound, {page.stat().st_size} bytes")


main()
