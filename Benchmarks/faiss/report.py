"""The figures as text for the terminal, as the section of docs/PERFORMANCE.md, and as charts."""

import math
import statistics
import sys
from pathlib import Path

from kinds import GOAL, GOALS

sys.path.append(str(Path(__file__).resolve().parents[1] / "common"))
import tables
from tables import times

NAMES = {"fashion": "Fashion-MNIST", "wordnet": "WordNet × MiniLM"}
PEER = "quiver / faiss-cpu"


def text(figures):
    return tables.text(all_tables(figures))


def all_tables(figures):
    """Title, header and rows of every table."""
    for name, results in figures["sets"].items():
        title = f"{NAMES[name]}, {results['rows']:,} × {results['dimension']}"
        if results.get("tuned"):
            yield (
                f"{title}: one query at a time on one thread",
                ["index", "goal for recall", "Quiver", "faiss-cpu", "Debian", "Quiver / faiss-cpu", "goal"]
                + ["Quiver / Debian", "Debian / faiss-cpu"],
                [point_row(kind, point) for kind in results["tuned"] for point in kind["points"]],
            )
            yield (
                f"{title}: seconds to train and fill",
                ["index", "Quiver, 1 thread", "2 threads", "faiss-cpu, 1 thread", "2 threads", "2 threads, BLAS told"]
                + ["Debian, 2 threads", "MB"],
                [build_row(kind) for kind in results["tuned"]],
            )
        if results.get("batches"):
            names = ["quiver", "faiss-cpu as it comes", "faiss-cpu", "faiss-cpu+blas", "debian"]
            yield (
                f"{title}: exhaustive search in batches on two threads, queries/s",
                ["batch", "Quiver", "faiss-cpu as it comes", "threshold lowered", "and BLAS told", "Debian"]
                + ["Quiver / threshold lowered", "Quiver / and BLAS told"],
                [
                    [batch["batch"], *(tables.rate(batch["queries_per_second"].get(other)) for other in names)]
                    + [times(batch["ratios"].get(f"quiver / {other}")) for other in ("faiss-cpu", "faiss-cpu+blas")]
                    for batch in results["batches"]
                ],
            )
        if results.get("builds"):
            yield (
                f"{title}: HNSW32 built on two threads",
                ["efConstruction", "Quiver s", "faiss-cpu s", "Quiver's time / faiss-cpu's", "recall at efSearch 64"],
                [graph_row(build) for build in results["builds"]],
            )
        if results.get("further"):
            yield (
                f"{title}: further kinds, one query at a time on one thread",
                ["index", "settings", "MB", "Quiver", "faiss-cpu", "Debian", "Quiver / faiss-cpu", "build s"],
                [further_row(kind) for kind in results["further"]],
            )


def searched(entry):
    """Queries a second, recall, and what was set for that."""
    if not entry:
        return "–"
    settings = entry["settings"].replace("k_factor_rf", "k_factor").replace(",", ", ")
    return f"{tables.rate(entry['queries_per_second'])} @ {entry['recall']:.3f}" + (f", {settings}" if settings != "-" else "")


def goal(kind):
    return GOALS.get(kind, GOAL)


def point_row(kind, point):
    entries = point["contenders"]
    shares = point.get("bandwidth_shares")
    return [
        kind["kind"],
        f"{point['target']:.2f}" + (" (least parameter)" if point.get("is_least") else ""),
        *(
            searched(entries.get(name)) + (f", {shares[name]:.0%} of bandwidth" if shares and name in shares else "")
            for name in ("quiver", "faiss-cpu", "debian")
        ),
        times(point["ratios"].get(PEER)),
        f"{goal(kind['kind']):.1f}",
        times(point["ratios"].get("quiver / debian")),
        times(point["ratios"].get("debian / faiss-cpu")),
    ]


def seconds(builds, name, threads):
    build = builds.get(name, {}).get(threads)
    return f"{build['seconds']:.1f}" + (" (kept)" if build.get("kept") else "") if build else "–"


def megabytes(builds):
    sizes = [build["bytes"] for build in builds.values() if "bytes" in build]
    return f"{sizes[0] / 1e6:.0f}" if sizes else "–"


def build_row(kind):
    builds = kind["builds"]
    return [
        kind["kind"],
        seconds(builds, "quiver", "one_thread"),
        seconds(builds, "quiver", "two_threads"),
        seconds(builds, "faiss-cpu", "one_thread"),
        seconds(builds, "faiss-cpu", "two_threads"),
        seconds(builds, "faiss-cpu+blas", "two_threads"),
        seconds(builds, "debian", "two_threads"),
        megabytes(builds),
    ]


def graph_row(build):
    medians = {name: f"{statistics.median(values):.1f}" for name, values in build["seconds"].items()}
    recalls = ", ".join(f"{name} {recall:.4f}" for name, recall in build["recalls"].items())
    return [
        build["ef_construction"],
        medians.get("quiver", "–"),
        medians.get("faiss-cpu", "–"),
        times(build.get("ratio")),
        recalls,
    ]


def further_row(kind):
    entries = kind.get("contenders", {})
    plain = {name: entry | {"settings": "-"} for name, entry in entries.items()}
    settings = next(iter(entries.values()), {"settings": "–"})["settings"]
    return [
        kind["kind"],
        settings,
        megabytes(kind["builds"]),
        *(searched(plain.get(name)) for name in ("quiver", "faiss-cpu", "debian")),
        times(kind.get("ratios", {}).get(PEER)),
        ", ".join(seconds(kind["builds"], name, "two_threads") for name in ("quiver", "faiss-cpu", "debian")),
    ]


def section(figures, charts):
    versions = figures["versions"]
    peer, debian = versions.get("faiss-cpu", {}), versions.get("debian", {})
    paragraphs = [
        f"Measured {figures['date']} on {figures['processor']}, {figures['cores']} cores, commit {figures['commit']}: "
        f"medians of {figures['rounds']} interleaved rounds, in brackets the least and the most, recall@10. "
        f"Parameters are the smallest that reach the goal on {figures['queries']:,} queries; recall and queries/s "
        f"(“rate @ recall”) are those on as many others. Each contender built its own index from the same "
        f"rows, factory string and default seeds, efConstruction 40.",
        f"faiss-cpu {peer.get('version', '–')} (SIMD level {peer.get('simd', '–')}, OpenBLAS kernels "
        f"{peer.get('openblas', '–')}; {1e6 * peer.get('overhead', 0):.1f} µs that a call from Python costs are not "
        f"counted against it). Debian's FAISS {debian.get('version', '–')} (OpenBLAS kernels "
        f"{debian.get('openblas', '–')}) as it comes. “BLAS told” is faiss-cpu with "
        f"OPENBLAS_CORETYPE={figures['told_core_type']}: the OpenBLAS in its wheel is too old to know newer processors, and "
        f"falls back to the oldest kernels. All other contenders run without OPENBLAS variables.",
        "Hits count by distance, so that of equal rows each may be found. `make bench` measures all this again.",
    ]
    paragraphs.append(tables.markdown(all_tables(figures)))
    paragraphs += [f"![Recall against queries a second, {NAMES[name]}]({path})" for name, path in charts.items()]
    return "\n\n".join(paragraphs)


def write_section(page, figures):
    """Writes the section on index kinds between its markers; adds it where there is none."""
    charts = {}
    for name, results in figures["sets"].items():
        if any(any(kind.get("curves", {}).values()) for kind in results.get("tuned", [])):
            charts[name] = f"recall-{name}.svg"
            (page.parent / charts[name]).write_text(chart(NAMES[name], results["tuned"]))
    tables.write_section(page, "faiss", "index kinds", "Index kinds", section(figures, charts))


COLORS = {"quiver": "#d1495b", "faiss-cpu": "#30638e", "debian": "#8d99ae"}
LABELS = {"quiver": "Quiver", "faiss-cpu": "faiss-cpu", "debian": "Debian's FAISS"}
PANEL_WIDTH, PANEL_HEIGHT, MARGIN, COLUMNS = 300, 220, 56, 3
LEAST_RECALL = 0.6


def chart(title, kinds):
    """One panel a kind: recall to the right, queries a second upwards on a logarithmic scale."""
    kinds = [kind for kind in kinds if any(kind.get("curves", {}).values())]
    rates = [
        point["queries_per_second"]
        for kind in kinds
        for curve in kind["curves"].values()
        for point in curve
        if point["recall"] >= LEAST_RECALL
    ]
    low, high = math.floor(math.log10(min(rates))), math.ceil(math.log10(max(rates)))
    row_count = -(-len(kinds) // COLUMNS)
    width = COLUMNS * (PANEL_WIDTH + MARGIN) + MARGIN
    height = row_count * (PANEL_HEIGHT + 2 * MARGIN) + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        f'font-size="11"><rect width="100%" height="100%" fill="white"/>',
        f'<text x="{MARGIN}" y="24" font-size="15">{title}: recall@10 against queries/s, one at a time, one thread</text>',
    ]
    for i, (name, color) in enumerate(COLORS.items()):
        parts.append(f'<text x="{MARGIN + 110 * i}" y="44" fill="{color}" font-weight="bold">{LABELS[name]}</text>')
    for i, kind in enumerate(kinds):
        left = MARGIN + (i % COLUMNS) * (PANEL_WIDTH + MARGIN)
        top = 80 + (i // COLUMNS) * (PANEL_HEIGHT + 2 * MARGIN - 20)
        parts += panel(kind, left, top, low, high)
    return "\n".join([*parts, "</svg>"]) + "\n"


def panel(kind, left, top, low, high):
    x = lambda recall: left + (recall - LEAST_RECALL) / (1 - LEAST_RECALL) * PANEL_WIDTH
    y = lambda value: top + (high - math.log10(value)) / (high - low) * PANEL_HEIGHT
    yield f'<text x="{left}" y="{top - 8}" font-weight="bold">{kind["kind"]}</text>'
    for tenth in range(int(10 * LEAST_RECALL), 11):
        at = x(tenth / 10)
        yield f'<path d="M{at:.1f} {top}V{top + PANEL_HEIGHT}" stroke="#ddd"/>'
        yield f'<text x="{at:.1f}" y="{top + PANEL_HEIGHT + 16}" text-anchor="middle">{tenth / 10:.1f}</text>'
    for power in range(low, high + 1):
        at = y(10**power)
        yield f'<path d="M{left} {at:.1f}h{PANEL_WIDTH}" stroke="#ddd"/>'
        yield f'<text x="{left - 6}" y="{at + 4:.1f}" text-anchor="end">{10**power:,}</text>'
    for name, curve in kind["curves"].items():
        points = [point for point in curve if point["recall"] >= LEAST_RECALL]
        path = " ".join(f"{x(point['recall']):.1f},{y(point['queries_per_second']):.1f}" for point in points)
        yield f'<polyline points="{path}" fill="none" stroke="{COLORS[name]}" stroke-width="2"/>'
        for point in points:
            yield (
                f'<circle cx="{x(point["recall"]):.1f}" cy="{y(point["queries_per_second"]):.1f}" r="3" '
                f'fill="{COLORS[name]}"><title>{point["settings"]}</title></circle>'
            )
