"""Figures as tables, for the terminal and for a section of a page that a benchmark writes."""


def rate(value):
    return "–" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def milliseconds(seconds):
    return f"{1000 * seconds:.3g}"


def times(value):
    """A ratio with the least and the greatest of its rounds."""
    return f"{value['median']:.2f} ({value['least']:.2f}–{value['most']:.2f})" if value else "–"


def table(header, rows):
    widths = [max(len(str(row[i])) for row in [header, *rows]) for i in range(len(header))]
    lines = ["  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)) for row in [header, *rows]]
    return "\n".join(line.rstrip() for line in lines)


def markdown_table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def text(tables):
    """Of titles, headers and rows."""
    return "\n\n".join(f"{title}\n\n{table(header, rows)}" for title, header, rows in tables)


def markdown(tables):
    return "\n\n".join(f"**{title}**\n\n{markdown_table(header, rows)}" for title, header, rows in tables)


def write_section(page, folder, name, heading, section):
    """Writes a section between the markers of its benchmark, the `folder` of Benchmarks/; adds it where there is none."""
    begin = f"<!-- {name}: begin (written by Benchmarks/{folder}, not by hand) -->"
    end = f"<!-- {name}: end -->"
    old = page.read_text() if page.exists() else "# Performance\n"
    body = f"{begin}\n\n{section}\n\n{end}"
    if begin in old:
        before, rest = old.split(begin, 1)
        page.write_text(before + body + rest.split(end, 1)[1])
    else:
        page.write_text(f"{old.rstrip()}\n\n## {heading}\n\n{body}\n")
