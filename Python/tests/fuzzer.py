"""Random calls on objects that several threads share."""

import contextlib
import math
import pathlib
import threading
import time

import numpy
import quiver
import raw
import tiny
from quiver import FieldUpdate, TextField, VectorField, errors

from hostile import FIELDS, INDEXES, NAMES, Values


class CallbackError(Exception):
    """What a hostile callback has raised."""


ACCEPTED = (quiver.QuiverError, TypeError, CallbackError)


@contextlib.contextmanager
def callbacks():
    """Around a call that may call hostile functions back."""
    try:
        yield
    except (ZeroDivisionError, ValueError) as error:
        if isinstance(error, quiver.QuiverError):
            raise
        raise CallbackError from error


class Shared:
    """What all threads use: a store, collections of it, and what happened."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self.lock = threading.Lock()
        self.current = quiver.open(path, create=True, relaxed=True, tail_byte_count=1 << 20)
        self.collections: list[quiver.Collection] = []
        self.counts: dict[str, dict[str, int]] = {}
        self.started: dict[int, float] = {}
        self.encoder_folder = tiny.make_encoder(path.parent / "tiny")
        self.encoder = quiver.Encoder(self.encoder_folder, prefix_dimension=8)
        self.failures: list[str] = []
        self.make_collection()

    def make_collection(self) -> quiver.Collection:
        return self.current.create_collection(
            "c",
            8,
            metric="l2",
            index="graph",
            vector_fields=[
                VectorField("v", 3, "innerProduct", optional=True, columns={"n": "int32"})
            ],
            fields=FIELDS,
        )

    def store(self, values: Values) -> quiver.Store:
        return self.current

    def collection(self, values: Values) -> quiver.Collection:
        with self.lock:
            while len(self.collections) > 12:
                self.collections.pop(values.random.randrange(len(self.collections)))
            alive = [c for c in self.collections if not c.closed]
            if len(alive) < 3:
                try:
                    self.collections.append(self.current.open_collection("c"))
                except quiver.NotFoundError:
                    self.collections.append(self.make_collection())
            return values.random.choice(self.collections)

    def reopen(self) -> None:
        with self.lock:
            self.current.close()
            # Calls that are under way hold the store open until they end.
            while True:
                try:
                    self.current = quiver.open(self.path, relaxed=True, tail_byte_count=1 << 20)
                    return
                except quiver.LockedError:
                    time.sleep(0.01)

    def count(self, call: str, outcome: str) -> None:
        with self.lock:
            outcomes = self.counts.setdefault(call, {})
            outcomes[outcome] = outcomes.get(outcome, 0) + 1


class Fuzzer(Values):
    """One thread's calls on stores that all threads share."""

    def __init__(self, seed: int, shared: Shared) -> None:
        super().__init__(seed)
        self.shared = shared
        self.calls = [getattr(self, name) for name in dir(self) if name.startswith("call_")]
        self.doing = "nothing"
        self.files = 0

    def run(self, end: float) -> None:
        while time.monotonic() < end and not self.shared.failures:
            call = self.random.choice(self.calls)
            self.doing = call.__name__
            self.shared.started[threading.get_ident()] = time.monotonic()
            try:
                call()
                self.shared.count(call.__name__, "done")
            except ACCEPTED as error:
                self.shared.count(call.__name__, type(error).__name__)
                if isinstance(error, quiver.DamagedError):
                    raise
        self.shared.started.pop(threading.get_ident(), None)

    def call_search(self) -> None:
        k = self.maybe(self.random.randrange(1, 30))
        options = self.options()
        with callbacks():
            hits = self.shared.collection(self).search(self.array(8), k, **options)
        assert len(hits) <= k * max(1, options.get("per_group") or 1)
        assert len(hits.keys) == len(hits.scores) == len(hits)
        for hit in hits:
            assert isinstance(hit.key, (str, int)) and math.isfinite(hit.score), hit
            hit.text, hit.fields, hit.columns, hit.version, hit.text_hash, hit.row, repr(hit)
            assert hit.vector is None or hit.vector.shape == (8,)
        assert hits.nanoseconds >= 0

    def call_search_queries(self) -> None:
        queries = [self.query() for _ in range(self.random.randrange(1, 4))]
        with callbacks():
            results = self.shared.collection(self).search_batch(
                self.maybe(queries), self.maybe(5), **self.options()
            )
        for hits in results:
            for hit in hits:
                assert isinstance(hit.key, (str, int)), hit
                hit.text, hit.fields, hit.columns, hit.row, hit.group, repr(hit)
            hits.lists, hits.explanation, hits.scores, hits.nanoseconds

    def call_names(self) -> None:
        store = self.shared.store(self)
        assert all(isinstance(name, str) for name in store.collection_names())
        assert all(snapshot.commit >= 0 for snapshot in store.snapshots())

    def call_schema(self) -> None:
        collection = self.shared.collection(self)
        schema = collection.schema()
        assert schema.vector_fields[0].dimension == 8
        if self.random.random() < 0.1:
            text = TextField(self.maybe("s"), self.maybe("de"), self.maybe(2))
            collection.set_text_fields(self.maybe([self.maybe(TextField()), text]))

    def call_pin(self) -> None:
        with self.shared.collection(self).pin() as pinned:
            count = pinned.row_count("")
            for rows in pinned.row_numbers(self.keys(), self.maybe("")):
                assert rows is None or rows.stop <= count
            keys = pinned.search(self.array(8), 5, vector_field="").keys
            assert len(set(keys)) <= 5
            with callbacks():
                pinned.search_batch([self.query()], 3)

    def call_neighbours(self) -> None:
        if self.random.random() > 0.1:
            return
        self.files += 1
        path = self.shared.path.parent / f"{id(self)}-{self.files}.npy"
        with self.shared.collection(self).pin() as pinned:
            count = pinned.row_count("")
            with callbacks():
                summary = pinned.neighbours(
                    self.maybe(path),
                    self.maybe(3),
                    vectors=self.random.choice([None, self.array(5, 8)]),
                    vector_field=self.maybe(""),
                    filter=self.random.choice([None, self.filter()]),
                    mode=self.maybe(self.random.choice(["automatic", "exact", "indexed"])),
                    ef_search=self.maybe(0),
                    nprobe=self.maybe(0),
                    candidate_factor=self.maybe(0),
                    shard=self.maybe(self.random.randrange(2)),
                    shard_count=self.maybe(2),
                    memory_byte_count=self.maybe(1 << 20),
                    thread_count=self.maybe(2),
                    progress=self.progress(),
                )
            if path.exists():
                found = numpy.load(path)
                path.unlink()
                assert len(found) == summary.query_count
                assert ((-1 <= found["rows"]) & (found["rows"] < count)).all()
                for owner in pinned.row_owners(found["rows"].ravel(), ""):
                    assert owner is None or isinstance(owner.key, (str, int))
        self.shared.collection(self).row_owners(self.maybe([0, -1]), self.maybe(""))

    def call_search_batch(self) -> None:
        count = self.random.randrange(5)
        with callbacks():
            results = self.shared.collection(self).search_batch(
                self.array(count, 8), self.maybe(5), **self.options()
            )
        assert results.scores.shape == results.keys.shape == results.rows.shape
        assert numpy.isfinite(results.scores[results.rows >= 0]).all()
        for hits in results:
            list(hits)

    def call_upsert(self) -> None:
        self.shared.collection(self).upsert(self.documents())

    def call_insert(self) -> None:
        self.shared.collection(self).insert(self.documents())

    def call_encoder(self) -> None:
        mode = self.random.choice(["sentences", "tokens"])
        with quiver.Encoder(
            self.rarely(self.shared.encoder_folder),
            mode=self.rarely(mode),
            special_tokens=self.rarely(mode == "tokens"),
            maximum_tokens=self.rarely(self.random.choice([None, 5])),
            prefix_dimension=self.rarely(self.random.choice([None, 5])),
        ) as encoder:
            assert encoder.dimension in (1, 5, 12), encoder.dimension
            texts = [self.words() for _ in range(self.random.randrange(4))]
            with callbacks():
                found = encoder.encode_texts(
                    self.maybe(texts),
                    role=self.rarely(self.random.choice(["query", "document"])),
                    thread_count=self.rarely(2),
                    token_budget=self.rarely(0),
                    progress=self.progress(),
                )
            assert found.ends[-1] == len(found.rows) and numpy.isfinite(found.rows).all()
            assert all(len(column) == len(found.rows) for column in found.columns.values())

    def call_put(self) -> None:
        with callbacks():
            self.shared.collection(self).put(
                self.texts(),
                vector_field=self.rarely(""),
                encoder=self.rarely(self.random.choice([None, self.shared.encoder])),
                insert=self.rarely(self.random.random() < 0.1),
                batch_count=self.maybe(self.random.randrange(5)),
                token_budget=self.rarely(100),
                thread_count=self.rarely(2),
                progress=self.progress(),
            )

    def call_search_text(self) -> None:
        options = self.options()
        with callbacks():
            results = self.shared.collection(self).search_batch(
                texts=self.maybe([self.words() for _ in range(2)]),
                k=self.maybe(5),
                encoder=self.maybe(self.random.choice([None, self.shared.encoder])),
                **options,
            )
        for hits in results:
            hits.keys, hits.scores, hits.explanation

    def call_open_encoder(self) -> None:
        collection = self.shared.collection(self)
        folder = self.random.choice([None, self.shared.encoder_folder])
        with collection.open_encoder(self.maybe(""), folder=self.maybe(folder)) as encoder:
            assert encoder.identity == self.shared.encoder.identity
            collection.bind_encoder(self.maybe(encoder), self.maybe(""))

    def call_cache(self) -> None:
        if self.random.random() > 0.2:
            return
        # Nobody else knows of it, and the last one's may be open still.
        name = f"cache {threading.get_ident()}"
        store = self.shared.store(self)
        try:
            collection = store.open_collection(name)
        except quiver.NotFoundError:
            collection = store.create_collection(
                name, 8, cache_byte_limit=self.maybe(1 << 18), fields=FIELDS
            )
        with collection:
            cache = quiver.Cache(collection, self.maybe("m"))
            cache.store(self.documents())
            for entry in cache.entries(self.keys(), self.contents()):
                self.look_at(entry)

    def call_update(self) -> None:
        update = FieldUpdate(self.key(), self.fields(), self.maybe(["i"]), self.maybe(None, 0.2))
        self.shared.collection(self).update(self.maybe([update]))

    def call_delete(self) -> None:
        self.shared.collection(self).delete(self.keys())

    def call_delete_where(self) -> None:
        if self.random.random() < 0.1:
            self.shared.collection(self).delete_where(self.filter())

    def call_get(self) -> None:
        for document in self.shared.collection(self).get_batch(self.keys(), self.contents()):
            self.look_at(document)

    def call_scan(self) -> None:
        scan = self.shared.collection(self).scan(
            self.random.choice([None, self.filter()]),
            contents=self.contents(),
            after=self.maybe(None),
            limit=self.maybe(20),
            page=self.maybe(7),
        )
        for number, document in enumerate(scan):
            self.look_at(document)
            if number == 100:
                break

    def look_at(self, document: quiver.StoredDocument | None) -> None:
        if document is None:
            return
        assert document.vector is None or document.vector.shape[1] == 8, document
        assert "v" not in document.vectors or document.vectors["v"].shape[1] == 3, document
        for rows in document.vectors.values():
            assert numpy.isfinite(rows).all()
        repr(document)

    def call_count(self) -> None:
        assert self.shared.collection(self).count(self.random.choice([None, self.filter()])) >= 0

    def call_measured_recall(self) -> None:
        for point in self.shared.collection(self).measured_recall(
            self.maybe(self.random.choice(["", "v"]))
        ):
            assert 0 <= point.low <= point.high <= 1

    def call_statistics(self) -> None:
        assert self.shared.collection(self).statistics().dimension == 8

    def call_maintenance(self) -> None:
        if self.random.random() < 0.05:
            collection = self.shared.collection(self)
            with callbacks():
                self.random.choice(
                    [
                        lambda: collection.seal(self.progress()),
                        lambda: collection.maintain(self.progress(), thread_count=self.maybe(2)),
                        lambda: collection.compact(
                            self.progress(),
                            thread_count=self.maybe(1),
                            memory_byte_count=self.maybe(0),
                        ),
                        lambda: collection.calibrate(
                            self.maybe(None),
                            self.progress(),
                            vector_field=self.maybe(self.random.choice(["", "v"])),
                            sample_count=self.maybe(100),
                            seed=self.maybe(1),
                            thread_count=self.maybe(2),
                        ),
                        lambda: collection.tune(
                            self.maybe([self.random.choice(INDEXES)]),
                            None,
                            self.progress(),
                            recall=self.maybe(0.9),
                            k=self.maybe(10),
                            index_byte_limit=self.maybe(None),
                            vector_field=self.maybe(self.random.choice(["", "v"])),
                            sample_count=self.maybe(100),
                            seed=self.maybe(1),
                            thread_count=self.maybe(2),
                        ),
                    ]
                )()

    def call_train(self) -> None:
        if self.random.random() > 0.1:
            return
        path = self.rarely(str(self.shared.path) + ".trained")
        collection = self.shared.collection(self)
        collection.train(
            self.rarely(self.random.choice(INDEXES)),
            path,
            row_limit=self.maybe(100),
            seed=self.rarely(1),
            vector_field=self.rarely(""),
        )
        collection.set_trained(path, self.rarely(""))

    def call_cluster(self) -> None:
        if self.random.random() < 0.1:
            with callbacks():
                self.shared.collection(self).cluster(
                    self.maybe(2),
                    self.progress(),
                    vector_field=self.maybe(self.random.choice(["", "v"])),
                    iteration_count=self.maybe(3),
                    rows_per_cluster=self.maybe(16),
                    seed=self.maybe(1),
                    thread_count=self.maybe(2),
                )

    def call_row_scores(self) -> None:
        pairs = [[self.random.randrange(9), self.random.randrange(9)] for _ in range(3)]
        self.shared.collection(self).row_scores(
            self.maybe(pairs), self.maybe(self.random.choice(["", "v"])), thread_count=self.maybe(2)
        )

    def call_close(self) -> None:
        if self.random.random() < 0.2:
            self.shared.collection(self).close()

    def call_open_collection(self) -> None:
        self.shared.collections.append(
            self.shared.store(self).open_collection(self.maybe(self.random.choice(NAMES)))
        )

    def call_create_collection(self) -> None:
        if self.random.random() < 0.2:
            dimension, other_dimension = self.maybe(8, 0.02), self.maybe(3, 0.02)
            is_usual = (repr(dimension), repr(other_dimension)) == ("8", "3")
            vector = VectorField(
                self.maybe("v", 0.02),
                other_dimension,
                self.maybe("innerProduct", 0.02),
                self.maybe("float16", 0.02),
                self.maybe(self.random.choice(INDEXES), 0.02),
                True,
                self.maybe({"n": "int32"}, 0.02),
            )
            collection = self.shared.store(self).create_collection(
                self.maybe(self.random.choice(NAMES)) if is_usual else "odd",
                dimension,
                metric=self.maybe(self.random.choice(["l2", "cosine", "innerProduct"]), 0.02),
                storage=self.maybe(self.random.choice(["float32", "float16", "int8"]), 0.02),
                index=self.random.choice(INDEXES),
                vector_fields=self.maybe([vector], 0.02),
                fields=self.maybe(FIELDS, 0.02),
            )
            # The other calls rely on the dimensions of what they are given.
            if is_usual:
                self.shared.collections.append(collection)

    def call_drop_collection(self) -> None:
        if self.random.random() < 0.02:
            self.shared.store(self).drop_collection(self.maybe(self.random.choice(NAMES)))

    def call_snapshots(self) -> None:
        store, name = self.shared.store(self), self.maybe(self.random.choice(["one", "two"]))
        choice = self.random.randrange(40)
        if choice == 0:
            store.create_snapshot(name)
        elif choice == 1:
            store.drop_snapshot(name)
        elif choice < 6:
            snapshot = store.open_snapshot(name, self.maybe(self.random.choice(NAMES)))
            assert snapshot.count() == len(list(snapshot.scan(page=50)))
            snapshot.search(self.array(8), vector_field="")

    def call_open(self) -> None:
        choice = self.random.randrange(200)
        if choice == 0:
            # Whoever uses it or its collections meanwhile gets an error.
            self.shared.reopen()
        elif choice < 4:
            with quiver.open(self.shared.path, read_only=True) as store:
                store.open_collection("c").search(self.array(8), vector_field="")
        elif choice < 6:
            path = self.random.choice(
                [0, None, "", "\0", self.shared.path, b"\xff", "/proc/self/mem/x"]
            )
            quiver.open(path, create=self.random.random() < 0.5 and path == 0).close()
        elif choice < 8:
            self.verify()

    def verify(self) -> None:
        try:
            quiver.verify(self.maybe(self.shared.path))
        except quiver.DamagedError as error:
            # A named snapshot that another thread drops meanwhile is taken for damage, until the
            # library looks again; what is damaged for good is found at the end.
            if "is missing or is not a file" not in str(error):
                raise

    def call_raw(self) -> None:
        handles = [
            self.shared.current._handle,
            self.shared.collection(self)._handle,
            self.shared.encoder._handle,
        ]
        for _ in range(20):
            status = raw.call(self.random, handles)
            self.shared.count("raw", errors.error(status, "").name if status else "done")

    def call_made_up_handle(self) -> None:
        collection = self.shared.collection(self)
        forged = quiver.Snapshot(
            self.random.choice([1, collection._handle + 1, collection._handle ^ 1 << 40, 1 << 63]),
            "",
            "",
        )
        try:
            self.random.choice([forged.count, forged.statistics, lambda: forged.get(1)])()
        finally:
            forged._handle = 0
