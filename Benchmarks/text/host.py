"""One engine in a process of its own, on one processor once it is open.

    host.py ENGINE CORPUS FOLDER PROCESSOR

FOLDER is where the corpus is; PROCESSOR where the process stays, `-` leaves it free to build.
"""

import shutil
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "common"))
import hosted

CHECKED = 200


class Host:
    def __init__(self, name, corpus, folder):
        import corpora
        import engines

        self.folder = Path(folder) / "engines" / f"{name}-{corpus}".replace(", ", "-").replace(" ", "-")
        self.engine = engines.make(name, self.folder, corpora.load(corpus, folder))
        self.queries = {}

    def version(self):
        return {"version": self.engine.version(), "description": self.engine.description()}

    def build(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        begin = time.perf_counter()
        self.engine.build()
        return {"seconds": time.perf_counter() - begin, "bytes": hosted.byte_count(self.folder)}

    def open(self):
        before = hosted.resident_bytes()
        begin = time.perf_counter()
        self.engine.open()
        self.before = before
        return {"seconds": time.perf_counter() - begin}

    def memory(self):
        return {"bytes": hosted.resident_bytes() - self.before}

    def take(self, name, texts):
        """Queries that are searched for from now on, under a name."""
        self.queries[name] = [self.engine.query(text) for text in texts]
        return {}

    def answers(self, name, k):
        """What the first queries find."""
        engine = self.engine
        return {"rows": [engine.rows(engine.search(query, k)) for query in self.queries[name][:CHECKED]]}

    def search(self, name, count, k):
        """Searches the first `count` queries, one by one."""
        engine, clock = self.engine, time.perf_counter_ns
        times, inside = [], []
        for query in self.queries[name][:count]:
            begin = clock()
            engine.search(query, k)
            times.append(clock() - begin)
            inside.append(engine.inside())
        return {"nanoseconds": times, "inside": inside}


if __name__ == "__main__":
    hosted.serve(Host)
