"""One algorithm in a process of its own: answers one JSON request a line with a line of JSON.

    host.py SET VECTORS ALGORITHM CONSTRUCTOR ARGUMENTS PROCESSOR
"""

import importlib
import json
import os
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "common"))
import hosted


class Host:
    def __init__(self, name, vectors, algorithm, constructor, arguments):
        import sets

        self.set = sets.load(name, Path(vectors))
        module = importlib.import_module(f"algorithms.{algorithm}.module")
        self.algorithm = getattr(module, constructor)(self.set.metric, *json.loads(arguments))

    def fit(self, processor):
        """Builds on every processor, then stays on one."""
        before = hosted.resident_bytes()
        begin = time.perf_counter()
        self.algorithm.fit(self.set.rows)
        seconds = time.perf_counter() - begin
        os.sched_setaffinity(0, {processor})
        return {"seconds": seconds, "bytes": hosted.resident_bytes() - before}

    def run(self, first, count, arguments, k):
        """Asks query by query; the seconds of all of them, and their recall as ann-benchmarks has it."""
        self.algorithm.set_query_arguments(*arguments)
        queries = self.set.queries[first : first + count]
        for query in queries[:20]:
            self.algorithm.query(query, k)
        answers, clock = [], time.perf_counter
        begin = clock()
        for query in queries:
            answers.append(self.algorithm.query(query, k))
        seconds = clock() - begin
        return {"seconds": seconds, "recall": self.set.recall(first, answers, k)}

    def done(self):
        self.algorithm.done()
        return {}


if __name__ == "__main__":
    hosted.serve(Host)
