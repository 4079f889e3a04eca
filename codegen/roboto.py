"""Makes src/generated/fonts/roboto.json, the letters that graphs are written with.

    python3 codegen/roboto.py Roboto-Regular.ttf > src/generated/fonts/roboto.json

Needs fontTools. The font is Roboto 2.138 (Apache License 2.0; Debian: fonts-roboto-unhinted). Of it are taken the
letters of Latin-1 and some signs: the advance and the outline as in SVG, in units of 1/1024 of the size.
"""
import json
import sys

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

UNITS = 1024
LETTERS = [*range(0x20, 0x7F), *range(0xA0, 0x100)]
SIGNS = [0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2026, 0x20AC, 0x2212]


def middle(a, b):
    return ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)


def curves(points):
    """Quadratic curves of TrueType: between two control points there is an end that is not written down."""
    parts = []
    for i, control in enumerate(points[:-1]):
        following = points[i + 1]
        end = following if i == len(points) - 2 else middle(control, following)
        parts += ["Q", *control, *end]
    return parts


def outline(glyphs, name, scale):
    pen = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(pen)
    parts = []
    for kind, points in pen.value:
        if kind in ("moveTo", "lineTo"):
            parts += ["M" if kind == "moveTo" else "L", *points[0]]
        elif kind == "qCurveTo" and points[-1] is None:
            start = middle(points[-2], points[0])
            parts += ["M", *start, *curves([*points[:-1], start])]
        elif kind == "qCurveTo":
            parts += curves(points)
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += part
        else:
            text += ("" if text[-1] in "MLQ" else " ") + str(round(part * scale))
    return text


font = TTFont(sys.argv[1])
glyphs = font.getGlyphSet()
names = font.getBestCmap()
scale = UNITS / font["head"].unitsPerEm
lines = []
for code in [*LETTERS, *SIGNS]:
    name = names[code]
    glyph = [round(font["hmtx"][name][0] * scale), outline(glyphs, name, scale)]
    lines.append(json.dumps(chr(code), ensure_ascii=False) + ":" + json.dumps(glyph, separators=(",", ":")))
print('{\n"unitsPerEm":%d,\n"glyphs":{\n%s\n}}' % (UNITS, ",\n".join(lines)))
