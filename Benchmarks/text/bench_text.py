"""Search by words: BM25 beside bm25s, its speed beside SQLite's FTS5, and hybrid search beside both of its parts.

    bench_text.py --folder DIR --vectors DIR --encoder DIR [--parts NAME…] [--sets NAME…] [--engines NAME…]
                  [--quick] [--json FILE] [--markdown FILE]

agreement   whether the best ten are those of bm25s, from the same terms, in every layout of a collection
throughput  queries a second on one processor, engines taking turns
hybrid      hit@10 and MRR@10 of words, vectors and both
"""

import argparse
import os
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "common"))
import corpora
import engines
import prepare
import report
from runs import circumstances, progress, write

PARTS = ("agreement", "throughput", "hybrid")
# To words alone entries are much the same as definitions.
PARTS_OF = {"entries": ("hybrid",)}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--folder", type=Path, required=True, help="where texts, vectors and what is built are")
    parser.add_argument("--vectors", type=Path, required=True, help="the folder that prepare.py filled")
    parser.add_argument("--encoder", required=True, help="a sentence-transformers folder")
    parser.add_argument("--quiver", default=".build/release/quiver", help="the command line, which encodes")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--sets", nargs="+", choices=corpora.NAMES, default=list(corpora.NAMES))
    parser.add_argument("--engines", nargs="+", choices=engines.NAMES, default=list(engines.NAMES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and queries")
    parser.add_argument("--processor", type=int, default=max(os.sched_getaffinity(0)), help="where searches are timed")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--markdown", type=Path, help="the page whose section on words is to be written")
    options = parser.parse_args()
    options.agreement_queries, options.queries, options.sentences = 1_000, 500, 100
    options.tuning_queries, options.reported_queries = corpora.TUNING, 5_000
    if options.quick:
        options.rounds = min(options.rounds, 3)
        options.agreement_queries, options.queries, options.sentences = 100, 100, 20
        options.tuning_queries, options.reported_queries = 200, 1_000
    return options


def run(part, corpus, options, figures):
    """Modules are loaded where they are used: an engine that is not there stops no other part."""
    if part == "agreement":
        import agreement

        return agreement.Agreement(corpus, options).run()
    if part == "throughput":
        import throughput

        return throughput.Throughput(corpus, options, figures["failures"]).run()
    import hybrid

    return hybrid.Hybrid(corpus, options, lambda texts: prepare.encode(options, texts)).run()


def main():
    options = arguments()
    options.folder.mkdir(parents=True, exist_ok=True)
    begin = time.perf_counter()
    figures = circumstances() | {"rounds": options.rounds, "quick": options.quick, "failures": [], "sets": {}}
    for name in options.sets:
        corpus = corpora.load(name, options.folder)
        figures["sets"][name] = dict(corpus.description)
        for part in (part for part in options.parts if part in PARTS_OF.get(name, PARTS)):
            progress(f"{part}, {name}")
            figures["sets"][name][part] = run(part, corpus, options, figures)
            write(options.json, figures)
    figures["minutes"] = (time.perf_counter() - begin) / 60
    write(options.json, figures)
    print(report.text(figures))
    if options.markdown:
        report.write_section(options.markdown, figures)


if __name__ == "__main__":
    main()
