# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""drawing - figures side by side as one SVG: a group of bars for each."""
from xml.sax.saxutils import escape

WIDTH, LEFT, BARS, LINE, TITLE, GAP = 760, 190, 400, 18, 22, 12
OURS, THEIRS, INK = "#1f5fa8", "#b0b0b0", "#1a1a1a"


def words_of(row):
    """A group in words: for the ear, and for whoever sees no picture."""
    more = ", more is better" if row["better"] == "more" else ""
    return "%s, %s, in %s%s: %s." % (
        row["area"], row["what"], row["unit"], more,
        ", ".join("%s %g" % (value["program"], value["value"])
                  for value in row["values"]))


def text(x, y, words, more=""):
    return f'<text x="{x}" y="{y}"{more}>{escape(words)}</text>'


def bars_of(row, y):
    """The bars of a group: as long as the figures, the longest is BARS."""
    longest = max([value["value"] for value in row["values"]] + [1e-9])
    parts = []
    for i, value in enumerate(row["values"]):
        length = max(1, round(BARS * value["value"] / longest))
        times = value["times"]
        after = "" if i == 0 or times is None else f"  ({times:.2g} times)" \
            if times < 10 else f"  ({times:.0f} times)"
        parts += [
            text(LEFT - 8, y + 13, value["program"], ' text-anchor="end"'),
            f'<rect x="{LEFT}" y="{y + 2}" width="{length}" '
            f'height="{LINE - 4}" fill="{OURS if i == 0 else THEIRS}"/>',
            text(LEFT + length + 6, y + 13, f"{value['value']:g}{after}"),
        ]
        y += LINE
    return parts, y


def svg_of(rows):
    parts, y = [], 10
    for row in rows:
        more = ", more is better" if row["better"] == "more" else ""
        parts.append(text(10, y + 14, f"{row['area']}: {row['what']}, "
                          f"{row['unit']}{more}", ' font-weight="bold"'))
        bars, y = bars_of(row, y + TITLE)
        parts += bars
        y += GAP
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
        f'height="{y}" viewBox="0 0 {WIDTH} {y}" role="img" '
        'aria-labelledby="title words" font-family="sans-serif" '
        f'font-size="13" fill="{INK}">',
        "<!-- SPDX-License-Identifier: GPL-3.0-or-later -->",
        "<!-- Copyright the earshot authors -->",
        '<title id="title">earshot beside what people use instead</title>',
        '<desc id="words">%s</desc>' % escape(
            "\n".join(words_of(row) for row in rows)),
        f'<rect width="{WIDTH}" height="{y}" fill="#ffffff"/>',
        *parts, "</svg>", ""])
