"""One engine in a process of its own, on one processor once it is open: answers one JSON request a line with a line of JSON.

    host.py ENGINE VARIANT FOLDER VECTORS PROCESSOR

PROCESSOR is where it stays, `-` leaves it free to build.
"""

import json
import shutil
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "common"))
import hosted


class Host:
    def __init__(self, name, variant, folder, vectors):
        import contenders
        import dataset

        self.dataset = dataset.Dataset(vectors)
        self.folder = Path(folder)
        self.engine = contenders.make(name, variant, self.folder, self.dataset)
        self.filters = {}

    def version(self):
        engine = self.engine
        return {"version": engine.version(), "description": engine.description(), "extras": engine.EXTRAS}

    def build(self):
        """Builds, unless what was built from the same data is there."""
        marker = self.folder / "built.json"
        wanted = {"fingerprint": self.dataset.fingerprint, "description": self.engine.description()}
        if self.engine.KEPT and marker.exists():
            built = json.loads(marker.read_text())
            if {key: built[key] for key in wanted} == wanted:
                return built | {"kept": True}
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        begin = time.perf_counter()
        self.engine.build()
        built = wanted | {"seconds": time.perf_counter() - begin, "bytes": hosted.byte_count(self.folder)}
        marker.write_text(json.dumps(built))
        return built

    def open(self):
        before = hosted.resident_bytes()
        begin = time.perf_counter()
        self.engine.open()
        seconds = time.perf_counter() - begin
        self.before = before
        self.queries = [self.engine.query(vector) for vector in self.dataset.queries]
        return {"seconds": seconds, "methods": [method.description() for method in self.engine.methods()]}

    def memory(self):
        return {"bytes": hosted.resident_bytes() - self.before}

    def native_filters(self, name):
        """The workload's filters as the engine takes them; equal ones are one object."""
        if name not in self.filters:
            made = {}
            result = []
            for conditions in self.dataset.workloads[name].filters:
                key = json.dumps(conditions)
                if key not in made:
                    made[key] = self.engine.filter(conditions)
                result.append(made[key])
            self.filters[name] = result
        return self.filters[name]

    def search(self, workload, first, count, least, seconds, settings, k):
        """Searches query by query, `count` of them or fewer: after `seconds` none begins but the `least` first."""
        import numpy

        filters = self.native_filters(workload)
        engine, clock = self.engine, time.perf_counter_ns
        engine.configure(settings)
        times, answers = [], []
        end = clock() + int(1e9 * seconds)
        for query, filter in zip(self.queries[first : first + count], filters[first : first + count]):
            begin = clock()
            answer = engine.search(query, filter, k, settings)
            now = clock()
            times.append(now - begin)
            answers.append(answer)
            if now > end and len(times) >= least:
                break
        labels = numpy.full((len(answers), k), -1, dtype=numpy.int64)
        for i, answer in enumerate(answers):
            rows = engine.rows(answer)[:k]
            labels[i, : len(rows)] = rows
        recall = self.dataset.recall(workload, first, labels)
        return {"nanoseconds": times, "recall": recall}


if __name__ == "__main__":
    hosted.serve(Host)
