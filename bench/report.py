# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
"""report - read the tables that scripts print, compare, and write them down."""
import os
import re
import sys

import drawing
import measure
import peers

README = os.path.join(measure.HERE, "README.md")
DRAWING = os.path.join(measure.HERE, "figures.svg")
BEGIN, END = "<!-- figures: %s -->\n", "<!-- end of figures -->\n"
SIDE_BY_SIDE = "side by side"


def cells_of(line):
    """The cells of a Markdown row; "\\|" is a | within one."""
    return [cell.replace("\\|", "|").strip()
            for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]


def tables_of(text):
    """Each table: its columns, and its rows below the line of dashes."""
    tables, lines = [], []
    for line in text.splitlines() + [""]:
        if line.startswith("|"):
            lines.append(cells_of(line))
        elif lines:
            tables.append({"columns": lines[0], "rows": lines[2:]})
            lines = []
    return tables


def figure(tables, row_like, column_like):
    """The first number of the cell where they meet, or None."""
    for table in tables:
        columns = [i for i, name in enumerate(table["columns"])
                   if re.search(column_like, name)]
        for row in table["rows"]:
            if columns and re.search(row_like, " | ".join(row)):
                cell = row[columns[0]] if columns[0] < len(row) else ""
                found = re.match(r"-?[0-9][0-9.]*", cell)
                return float(found[0]) if found else None
    return None


def times_better(ours, theirs, better):
    """How many times better ours is; None where a figure is 0 or below."""
    if min(ours, theirs) <= 0:
        return None
    return theirs / ours if better == "less" else ours / theirs


def side_by_side(areas):
    """The comparisons whose figures are there: ours, and each peer's."""
    rows = []
    for comparison in peers.COMPARISONS:
        tables = tables_of(areas.get(comparison["area"], {}).get("text", ""))
        values = [(name, figure(tables, row, column))
                  for name, row, column in comparison["cells"]]
        values = [(name, value) for name, value in values if value is not None]
        if len(values) < 2 or values[0][0] != comparison["cells"][0][0]:
            continue
        ours = values[0][1]
        rows.append({
            key: comparison[key] for key in ("area", "what", "unit", "better")
        } | {"values": [{
            "program": name, "value": value,
            "times": times_better(ours, value, comparison["better"])
        } for name, value in values]})
    return rows


def ratio_of(value):
    return "-" if value["times"] is None else f"{value['times']:.2g}" \
        if value["times"] < 10 else f"{value['times']:.0f}"


def text_of(rows):
    lines = ["| benchmark | what | earshot | beside it | times |",
             "| --- | --- | --- | --- | ---: |"]
    for row in rows:
        ours = row["values"][0]
        more = ", more is better" if row["better"] == "more" else ""
        for value in row["values"][1:]:
            lines.append("| %s | %s, %s%s | %s %g | %s %g | %s |" % (
                row["area"], row["what"], row["unit"], more, ours["program"],
                ours["value"], value["program"], value["value"],
                ratio_of(value)))
    lines += ["", "times: how many times faster or smaller earshot is; below 1 "
              "the other one is."]
    return "\n".join(lines)


def as_json(areas, rows):
    return {
        "benchmarks": {name: {
            key: value for key, value in area.items() if key != "text"
        } | {"tables": tables_of(area.get("text", ""))}
            for name, area in areas.items()},
        "side_by_side": rows,
        "missing": measure.missing(list(areas)),
    }


def areas_of(readme):
    """The figures of a README, as measure.all_of returns them."""
    areas = {}
    for name in peers.AREAS:
        found = re.search(re.escape(BEGIN % name) + "(.*?)" + re.escape(END),
                          readme, re.S)
        if found:
            areas[name] = {"text": found[1]}
    return areas


def replaced(readme, name, text):
    """readme with what stands between the marks of name exchanged."""
    begin = BEGIN % name
    if begin not in readme:
        readme += f"\n## {name}\n\n{begin}{END}"
    head, _, rest = readme.partition(begin)
    return head + begin + text + END + rest.partition(END)[2]


def with_side_by_side(readme):
    rows = side_by_side(areas_of(readme))
    return replaced(readme, SIDE_BY_SIDE, text_of(rows) + "\n"), rows


def read_readme():
    with open(README, encoding="utf-8") as file:
        return file.read()


def update_readme(areas):
    readme = read_readme()
    for name, area in areas.items():
        if area.get("failed") or area.get("skipped"):
            continue
        readme = replaced(readme, name, measure.circumstances(area) + "\n\n"
                          + area["text"].strip("\n") + "\n")
    readme, rows = with_side_by_side(readme)
    with open(README, "w", encoding="utf-8") as out:
        out.write(readme)
    with open(DRAWING, "w", encoding="utf-8") as out:
        out.write(drawing.svg_of(rows))


def check_readme():
    readme = read_readme()
    fresh, rows = with_side_by_side(readme)
    try:
        with open(DRAWING, encoding="utf-8") as file:
            drawn = file.read()
    except OSError:
        drawn = ""
    if fresh == readme and drawn == drawing.svg_of(rows):
        return 0
    print("bench/run: bench/README.md or figures.svg is behind its tables: run "
          "bench/run --from bench/README.md --readme", file=sys.stderr)
    return 1
