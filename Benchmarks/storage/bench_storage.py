"""Opening, compaction, disk use, readers and commits of a store, at the size that the options say.

Prints a table in Markdown and writes the figures as JSON.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


class Driver:
    def __init__(self, program):
        self.program = program

    def start(self, *words):
        return subprocess.Popen(
            [self.program, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def finish(self, process):
        output, error = process.communicate()
        if process.returncode != 0:
            sys.exit(f"{process.args}: {output}{error}")
        return json.loads(output)

    def run(self, *words):
        if sys.stderr.isatty():
            print("  " + " ".join(map(str, words)), file=sys.stderr)
        return self.finish(self.start(*words))


def disk_use(path):
    """Lengths of all files, and the blocks that they take."""
    length = blocks = 0
    for folder, _, names in os.walk(path):
        for name in names:
            status = os.stat(os.path.join(folder, name))
            length += status.st_size
            blocks += status.st_blocks * 512
    return length, blocks


def sizes_by_kind(path):
    kinds = {"vectors": 0, "texts": 0, "fields": 0, "indexes": 0}
    for folder, _, names in os.walk(os.path.join(path, "segments")):
        for name in names:
            kind = {"texts": "texts", "fields": "fields", "vectors": "vectors"}.get(
                name.split(".")[0].split("-")[0],
                "fields" if name.startswith("patches-") else "indexes" if name[:6] in ("graph-", "index-") else None,
            )
            if kind:
                kinds[kind] += os.path.getsize(os.path.join(folder, name))
    return kinds


def touch_memory(folder, byte_count):
    """Has the page cache take and give back that much memory.

    On a virtual machine a page costs many times more the first time that it is touched since the host took it back, so that
    whoever comes second would be measured in a better place.
    """
    path = os.path.join(folder, "touched")
    block = bytes(1 << 20)
    with open(path, "wb", buffering=0) as file:
        for _ in range(byte_count // len(block)):
            file.write(block)
    os.remove(path)


def measure_moving(driver, folder, options):
    """Compactions of a store without graphs beside copies of the files that they write, in turn."""
    base, store, copy = (os.path.join(folder, name) for name in ("base", "moved", "moved-copy"))
    driver.run("build", base, options.rows, options.dimension, "exact", 40)
    byte_count = disk_use(base)[0]
    seconds = {"1": [], "2": [], "copy": []}
    for _ in range(options.rounds):
        for threads in ("1", "2"):
            shutil.copytree(base, store)
            os.sync()
            touch_memory(folder, 2 * byte_count)
            seconds[threads].append(driver.run("compact", store, options.memory, threads)["seconds"])
            if threads == "2":
                touch_memory(folder, 2 * byte_count)
                seconds["copy"].append(driver.run("copy", store, copy)["seconds"])
                shutil.rmtree(copy)
            shutil.rmtree(store)
    shutil.rmtree(base)
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--driver", required=True)
    parser.add_argument("--json", required=True)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--dimension", type=int, default=128)
    parser.add_argument("--index", default="graph")
    parser.add_argument("--memory", type=int, default=256, help="MiB")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5, help="of compactions and copies that are compared")
    parser.add_argument("--folder", help="where the stores are made; a temporary one if not given")
    options = parser.parse_args()
    driver = Driver(options.driver)
    folder = tempfile.mkdtemp(prefix="quiver-storage-", dir=options.folder)
    figures = {"rows": options.rows, "dimension": options.dimension, "index": options.index}
    try:
        store = os.path.join(folder, "store")
        figures["build"] = driver.run("build", store, options.rows, options.dimension, options.index, 40)
        driver.run("open", store)
        figures["open"] = min((driver.run("open", store) for _ in range(5)), key=lambda a: a["open_milliseconds"])
        figures["idle_readers"] = driver.run("search", store, options.dimension, options.seconds)
        figures["disk_before"] = disk_use(store)
        compaction = driver.start("compact", store, options.memory, 2)
        readers = []
        while compaction.poll() is None:
            readers.append(driver.run("search", store, options.dimension, 5))
            time.sleep(0.1)
        figures["compact"] = driver.finish(compaction)
        figures["readers"] = readers
        figures["disk_beside_readers"] = disk_use(store)
        # The catalog's file is made smaller only when nobody else has it open.
        driver.run("compact", store, options.memory, 2)
        figures["kinds"] = sizes_by_kind(store)
        figures["disk_after"] = disk_use(store)
        figures["open_after"] = driver.run("open", store)
        figures["moving"] = measure_moving(driver, folder, options)
        for threads, durability in ((1, "full"), (2, "full"), (16, "full"), (1, "relaxed"), (16, "relaxed")):
            name = f"write_{threads}_{durability}"
            figures[name] = driver.run("write", os.path.join(folder, name), threads, options.seconds, durability)
        figures["hold"] = driver.run("hold", os.path.join(folder, "held"), options.seconds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    with open(options.json, "w") as file:
        json.dump(figures, file, indent=1)
    report(figures, options)


def report(figures, options):
    compact, kinds = figures["compact"], figures["kinds"]
    moving = {name: statistics.median(seconds) for name, seconds in figures["moving"].items()}
    listed = sum(compact[kind] for kind in ("vectors", "texts", "fields", "indexes"))
    during = [reader["p99_milliseconds"] for reader in figures["readers"]]
    rows = [
        ("opening, warm", f"{figures['open']['open_milliseconds']:.2f} ms"),
        ("anonymous memory after opening", f"{figures['open']['anonymous_bytes'] / 2**20:.1f} MiB"),
        (f"compaction of 40 % dead under {options.memory} MiB: most anonymous memory", f"{compact['peak_bytes'] / 2**20:.0f} MiB"),
        ("building its indexes, two threads", f"{compact['indexing_seconds']:.1f} s"),
        (f"compaction without indexes, two threads, median of {options.rounds}", f"{moving['2']:.2f} s"),
        ("the same, one thread", f"{moving['1']:.2f} s"),
        (
            "copying the files that it writes",
            f"{moving['copy']:.2f} s ({moving['2'] / moving['copy']:.2f}x, {moving['1'] / moving['copy']:.2f}x)",
        ),
        ("readers' p99 before", f"{figures['idle_readers']['p99_milliseconds']:.2f} ms"),
        ("readers' p99 meanwhile", f"{max(during, default=0):.2f} ms"),
        ("disk over vectors, text, fields and indexes, readers still there", f"{figures['disk_beside_readers'][0] / listed:.3f}x"),
        ("the same after a compaction without readers", f"{figures['disk_after'][0] / listed:.3f}x"),
        ("commits a second, one thread", f"{figures['write_1_full']['commits_per_second']:.0f}"),
        ("commits a second, 16 threads", f"{figures['write_16_full']['commits_per_second']:.0f}"),
        ("the same, relaxed", f"{figures['write_1_relaxed']['commits_per_second']:.0f}, {figures['write_16_relaxed']['commits_per_second']:.0f}"),
    ]
    print("| what | figure |\n| --- | --- |")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    for kind in kinds:
        assert kinds[kind] == compact[kind], f"{kind}: {compact[kind]} in stats, {kinds[kind]} on disk"


if __name__ == "__main__":
    main()
