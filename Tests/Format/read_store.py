#!/usr/bin/python3
"""Reads a store as docs/FORMAT.md describes it, without Quiver: a JSON object a document, in the order of the keys, as
`quiver scan STORE COLLECTION --json --with text,fields,vectors,columns,version` prints them. Every checksum is compared.

usage: read_store.py STORE COLLECTION [SNAPSHOT]
"""

import base64
import datetime
import json
import pathlib
import struct
import sys

import lmdb
import xxhash

MARK, MARK_OF_3 = 0xFFFF_FFFE, 0xFFFF_FFFF
SPACES = ["settings", "collections", "states", "segments", "tombstones", "tail", "retired", "snapshots", "trained"]
SUFFIXED = {"VCTS": "vectors", "ROWS": "rows", "COLM": "column", "ORDR": "order"}
PARTS = {"terms": "TERM", "postings": "POST", "positions": "POSI", "lengths": "LENS"}
SPARSE = 9  # the type of metadata fields of sparse vectors
NUMBERS = {1: "b", 2: "h", 3: "i", 4: "q", 5: "f"}


def xxh3(data: bytes, seed: int = 0) -> int:
    return xxhash.xxh3_64_intdigest(data, seed)


class Reader:
    """Little-endian numbers, one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data, self.place = data, 0

    def take(self, count: int) -> bytes:
        assert self.place + count <= len(self.data), "the bytes end early"
        self.place += count
        return self.data[self.place - count : self.place]

    def number(self, form: str):
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))[0]

    def string(self) -> str:
        return self.take(self.number("I")).decode()

    def is_at_end(self) -> bool:
        return self.place == len(self.data)


def check_order(payload: bytes, count: int) -> None:
    """The entries are of documents, and the sums of the first of them."""
    reader = Reader(payload)
    documents, entries, nulls, empties, spacing = (reader.number("Q") for _ in range(5))
    assert documents == count and nulls + empties <= entries
    named = [reader.number("I") for _ in range(entries)]
    assert all(document < count for document in named)
    if spacing == 0:
        return
    reader.take(-reader.place % 8)
    found = 0
    for end in range(spacing, entries + 1, spacing):
        for document in named[end - spacing : end]:
            found |= 1 << document
        if reader.is_at_end():
            return
        assert int.from_bytes(reader.take((count + 63) // 64 * 8), "little") == found


def variable(reader: Reader) -> int:
    value, shift = 0, 0
    while True:
        byte = reader.number("B")
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value


def packed(data: bytes, count: int, bits: int) -> list[int]:
    whole = int.from_bytes(data, "little")
    return [whole >> bits * place & (1 << bits) - 1 for place in range(count)]


def members_of_terms(terms: bytes, postings: bytes):
    """Each term of an inverted index with the documents that it is in, and the value of each."""
    kind, _, _, _, _, term_count, block_count = struct.unpack("<IIQQQQQ", terms[-48:])
    starts = struct.unpack(f"<{block_count}Q", terms[-48 - 8 * block_count : -48])
    for block, start in enumerate(starts):
        reader = Reader(terms[: len(terms) - 48 - 8 * block_count])
        reader.place = start
        postings_at, _ = reader.number("Q"), reader.number("Q")
        term = b""
        for _ in range(min(32, term_count - 32 * block)):
            shared, more = variable(reader), variable(reader)
            term = term[:shared] + reader.take(more)
            documents, last = variable(reader), -1
            members = []
            if documents == 1:
                members.append((variable(reader), variable(reader)))
            else:
                size = variable(reader)
                source = Reader(postings[postings_at : postings_at + size])
                for first in range(0, documents, 128):
                    number = min(128, documents - first)
                    gap_bits, value_bits = source.number("B"), source.number("B")
                    gaps = packed(source.take((number * gap_bits + 7) // 8), number, gap_bits)
                    values = packed(source.take((number * value_bits + 7) // 8), number, value_bits)
                    for gap, value in zip(gaps, values):
                        last += gap + 1
                        members.append((last, value))
                assert source.is_at_end()
                postings_at += size + (20 * ((documents + 127) // 128) if documents > 128 else 0)
            if kind == 0:
                variable(reader)  # the length of the positions
            yield term, members


def check_words(terms: bytes, postings: bytes, positions: bytes, lengths: bytes, texts: list | None) -> None:
    """Every term is in the documents that it is said to be in, as often, and there are no others."""
    kind, _, count, filled, tokens, term_count, _ = struct.unpack("<IIQQQQQ", terms[-48:])
    assert kind == 0 and len(lengths) == 4 * count
    counts = [0] * count
    found: dict[str, set] = {}
    for term, members in members_of_terms(terms, postings):
        for document, value in members:
            counts[document] += value + 1
        found[term.decode()] = {document for document, _ in members}
    assert len(found) == term_count and sum(counts) == tokens
    assert list(struct.unpack(f"<{count}I", lengths)) == counts and sum(map(bool, counts)) == filled
    for document, text in enumerate(texts or []):
        if text is None or not text.isascii():
            continue
        for word in text.decode().lower().split():
            if word.isalnum():
                assert document in found[word], (word, document)


def check_weights(terms: bytes, postings: bytes, positions: bytes, lengths: bytes, vectors: list) -> None:
    """Every weight is where the documents' sparse vectors have it, and there are no others."""
    kind, _, count, filled, tokens, term_count, _ = struct.unpack("<IIQQQQQ", terms[-48:])
    assert kind == 1 and not lengths and not positions and tokens == 0 and count == len(vectors)
    found: dict[tuple, float] = {}
    dimensions = 0
    for term, members in members_of_terms(terms, postings):
        dimensions += 1
        for document, value in members:
            found[document, int.from_bytes(term, "big")] = struct.unpack("<f", struct.pack("<I", value))[0]
    expected = {
        (document, index): value
        for document, vector in enumerate(vectors)
        if vector
        for index, value in zip(vector["indices"], vector["values"])
    }
    assert found == expected and dimensions == term_count
    assert filled == sum(bool(vector and vector["indices"]) for vector in vectors)


class Schema:
    def __init__(self, reader: Reader, is_old: bool, has_text_fields: bool) -> None:
        self.vector_fields, self.fields, self.types = [], {}, {}
        for _ in range(reader.number("I")):
            field = {"number": reader.number("I"), "name": reader.string(), "dimension": reader.number("I")}
            field["metric"], field["storage"], field["index"] = reader.number("B"), reader.number("B"), reader.string()
            field["columns"] = []
            self.vector_fields.append(field)
            if is_old:
                continue
            reader.number("B")  # optional
            if reader.number("B"):
                reader.string(), reader.string()
            for _ in range(reader.number("I")):
                field["columns"].append((reader.number("I"), reader.string(), reader.number("B")))
        for _ in range(0 if is_old else reader.number("I")):
            number, name = reader.number("I"), reader.string()
            self.fields[number] = name
            self.types[number] = reader.number("B")
        self.text_fields = {}
        for _ in range(reader.number("I") if has_text_fields else 0):
            number = reader.number("I")
            self.text_fields[number] = reader.string(), reader.number("d")


class Document:
    def __init__(self, key: bytes, version: int, text, fields: bytes, rows: dict) -> None:
        self.key, self.version, self.text, self.fields, self.rows = key, version, text, fields, rows
        self.is_dead = False


class Store:
    def __init__(self, path: pathlib.Path, collection: str, snapshot: str | None) -> None:
        self.path = path
        environment = lmdb.open(str(path / "catalog.mdb"), subdir=False, readonly=True, lock=False, max_dbs=len(SPACES))
        self.entries = {}
        with environment.begin() as transaction:
            for number, name in enumerate(SPACES, 1):
                try:
                    database = environment.open_db(name.encode(), transaction, create=False)
                except lmdb.NotFoundError:
                    continue  # versions 1 and 2
                for key, value in transaction.cursor(database):
                    value, found = value[:-8], int.from_bytes(value[-8:], "little")
                    assert xxh3(value, xxh3(key, number)) == found, f"{name}: {key.hex()}"
                    self.entries[name, key] = value
        record = Reader(self.entries["settings", b"store"])
        assert record.take(4) == b"QVST"
        self.version = record.number("I")
        if snapshot is not None:
            self.go_back_to(snapshot)
        self.collection = next(
            key for (name, key), value in self.entries.items() if name == "collections" and self.name(value) == collection
        )
        self.documents: list[Document] = []
        self.units: dict[tuple, list[Document]] = {}
        for (name, key), value in sorted(self.entries.items()):
            if name == "segments" and key.startswith(self.collection):
                self.read_segment(key, Reader(value))
        self.read_tail()

    def go_back_to(self, snapshot: str) -> None:
        number = self.entries["snapshots", b"\0" + snapshot.encode()][:4]
        number = int.from_bytes(number, "little").to_bytes(4, "big")
        kept = {}
        for part, name in enumerate(["collections", "states", "segments", "tombstones"], 1):
            prefix = bytes([part]) + number
            for (space, key), value in self.entries.items():
                if space == "snapshots" and key.startswith(prefix):
                    kept[name, key[len(prefix) :]] = value
        self.entries = kept

    def name(self, value: bytes) -> str:
        reader = Reader(value)
        is_old = reader.number("I") not in (MARK, MARK_OF_3)
        if is_old:
            reader = Reader(value)
        name = reader.string()
        if not is_old:
            reader.number("I")
        return name

    @property
    def schema(self) -> Schema:
        value = self.entries["collections", self.collection]
        reader = Reader(value)
        mark = reader.number("I")
        is_old = mark not in (MARK, MARK_OF_3)
        if is_old:
            reader = Reader(value)
        reader.string()
        if not is_old:
            reader.number("I")
        return Schema(reader, is_old, mark == MARK)

    # Segments

    def file(self, path: pathlib.Path, kind: str, checksum: int | None, length: int | None) -> bytes:
        data = path.read_bytes()
        head = Reader(data)
        assert head.take(8) == b"QUIVERSF" and head.number("I") == 1 and head.take(4) == kind.encode(), path
        count, block, _, sum_of_head = head.number("Q"), head.number("I"), head.number("I"), head.number("Q")
        assert xxh3(data[:32]) == sum_of_head, path
        payload = data[4_096 : 4_096 + count]
        table = Reader(data[4_096 + (count + 7) // 8 * 8 :])
        blocks = range(0, count, block)
        for number, start in enumerate(blocks):
            assert xxh3(payload[start : start + block], number) == table.number("Q"), (path, number)
        own = table.number("Q")
        assert table.is_at_end() and xxh3(table.data[:-8], sum_of_head) == own, path
        assert checksum in (None, own) and length in (None, len(data)), path
        return payload

    def read_segment(self, key: bytes, record: Reader) -> None:
        number = int.from_bytes(key[4:], "big")
        folder = self.path / "segments" / key[4:].hex()
        count, _, length, checksum = (record.number("Q") for _ in range(4))
        for _ in range(record.number("I")):  # indexes
            record.take(4 + 3 * 8)
        if not record.is_at_end():
            for _ in range(record.number("I")):  # refusals
                record.take(4), record.string()
        patches, adopted = None, 0
        if not record.is_at_end():
            if record.number("B"):
                patches = [record.number("Q") for _ in range(3)]
            adopted = record.number("Q")
            for _ in range(record.number("I")):
                record.string()
        words = []
        if not record.is_at_end():
            for _ in range(record.number("I")):
                field, generation, _ = record.number("I"), record.number("Q"), record.string()
                words.append((field, generation, [(record.number("Q"), record.number("Q")) for _ in range(record.number("B"))]))
        assert record.is_at_end()
        manifest = Reader(self.file(folder / "manifest.qvs", "MANF", checksum, length))
        mark = manifest.number("I")
        is_old = mark not in (MARK, MARK_OF_3)
        if not is_old:
            manifest.number("I")
        manifest.string()
        if is_old:
            manifest.string()
        Schema(manifest, is_old, mark == MARK)
        assert manifest.number("Q") == count
        manifest.take(16)
        files = {}
        for _ in range(manifest.number("I")):
            kind, field = manifest.take(4).decode(), manifest.number("I")
            names = {"KEYS": "keys", "DOCS": "documents", "TEXT": "texts", "FLDS": "fields"}
            name = names.get(kind) or SUFFIXED[kind] + f"-{field}"
            size, sum_of_file = manifest.number("Q"), manifest.number("Q")
            files[kind, field] = self.file(folder / f"{name}.qvs", kind, sum_of_file, size)
        keys = self.slices(files["KEYS", 0], count)
        fields = self.slices(files["FLDS", 0], count) if ("FLDS", 0) in files else [b""] * count
        documents = Reader(files["DOCS", 0])
        unit = []
        rows = {field["number"]: self.segment_rows(files, field, count) for field in self.schema.vector_fields}
        for place in range(count):
            version, text_hash, offset, size = (documents.number("Q") for _ in range(4))
            text = files["TEXT", 0][offset : offset + size] if text_hash else None
            assert text is None or (xxh3(text) or 1) == text_hash
            own = {field: all_rows[place] for field, all_rows in rows.items()}
            unit.append(Document(keys[place], adopted or version, text, fields[place], own))
        for (kind, field), payload in files.items():
            if kind == "ORDR":
                check_order(payload, count)
        for field, generation, summaries in words:
            name = "text" if field == 0xFFFF_FFFF else field
            parts = [
                self.file(folder / f"words-{name}-{generation}-{part}.qvs", kind, sum_of_file, size)
                for (part, kind), (size, sum_of_file) in zip(PARTS.items(), summaries)
            ]
            kind = self.schema.types.get(field)
            if parts and kind == SPARSE:
                # As the segment was made: what was updated since is indexed elsewhere.
                check_weights(*parts, [self.values(document.fields).get(field) for document in unit])
            elif parts:
                # Stems are nothing that this reader could tell; without a language the words are as they stand.
                has_stems = bool(self.schema.text_fields.get(field, ("", 1))[0])
                is_compared = field == 0xFFFF_FFFF and not has_stems
                check_words(*parts, [document.text for document in unit] if is_compared else None)
        if patches:
            generation, size, sum_of_file = patches
            self.patch(unit, self.file(folder / f"patches-{generation}.qvs", "PTCH", sum_of_file, size))
        for (name, tombstones), value in self.entries.items():
            if name == "tombstones" and tombstones.startswith(key):
                first = 65_536 * int.from_bytes(tombstones[12:], "big")
                for word in range((len(value) - 8) // 8):
                    bits = int.from_bytes(value[8 + 8 * word : 16 + 8 * word], "little")
                    for bit in range(64):
                        if bits >> bit & 1:
                            unit[first + 64 * word + bit].is_dead = True
        self.units[1, number] = unit
        self.documents += unit

    def slices(self, payload: bytes, count: int) -> list[bytes]:
        reader = Reader(payload)
        assert reader.number("Q") == count
        ends = [reader.number("Q") for _ in range(count + 1)]
        rest = payload[reader.place :]
        return [rest[start:end] for start, end in zip(ends, ends[1:])]

    def patch(self, unit: list[Document], payload: bytes) -> None:
        reader = Reader(payload)
        count = reader.number("Q")
        ordinals = [reader.number("Q") for _ in range(count)]
        versions = [reader.number("Q") for _ in range(count)]
        ends = [reader.number("Q") for _ in range(count + 1)]
        rest = payload[reader.place :]
        for place, ordinal in enumerate(ordinals):
            unit[ordinal].version = versions[place]
            unit[ordinal].fields = rest[ends[place] : ends[place + 1]]

    def segment_rows(self, files: dict, field: dict, count: int) -> list:
        """The rows of each document, and the numbers of its row columns."""
        number = field["number"]
        if ("VCTS", number) not in files:
            return [([], {})] * count
        starts = list(range(count + 1))
        if ("ROWS", number) in files:
            reader = Reader(files["ROWS", number])
            assert reader.number("Q") == count
            starts = [reader.number("I") for _ in range(count + 1)]
        total = starts[-1]
        payload = files["VCTS", number]
        size = self.row_size(field)
        scales = [1.0] * total
        if field["storage"] == 2:
            norms = -(-total * size // 64) * 64
            place = -(-(norms + 4 * total) // 64) * 64
            scales = struct.unpack_from(f"<{total}f", payload, place)
        rows = [self.decoded(field, payload[row * size : (row + 1) * size], scales[row]) for row in range(total)]
        columns = {}
        for column, name, kind in field["columns"]:
            columns[name] = struct.unpack(f"<{total}{NUMBERS[kind]}", files["COLM", column])
        return [
            (rows[start:end], {name: numbers[start:end] for name, numbers in columns.items()})
            for start, end in zip(starts, starts[1:])
        ]

    def row_size(self, field: dict) -> int:
        if field["storage"] == 3:
            return field["dimension"] // 8
        return field["dimension"] * (4, 2, 1)[field["storage"]]

    def decoded(self, field: dict, values: bytes, scale: float) -> list[float]:
        if field["storage"] == 3:
            return [float(values[place // 8] >> place % 8 & 1) for place in range(field["dimension"])]
        form = f"<{field['dimension']}{'feb'[field['storage']]}"
        return [number * scale for number in struct.unpack(form, values)]

    # The tail

    def read_tail(self) -> None:
        commits: dict[int, list] = {}
        for (name, key), value in sorted(self.entries.items()):
            if name == "tail" and key.startswith(self.collection):
                commit = int.from_bytes(key[4:12], "big")
                field, block = int.from_bytes(key[13:17], "big"), int.from_bytes(key[17:], "big")
                commits.setdefault(commit, []).append((key[12], field, block, Reader(value)))
        for commit, blocks in sorted(commits.items()):
            self.read_commit(commit, blocks)

    def read_commit(self, commit: int, blocks: list) -> None:
        unit: list[Document] = []
        rows, counts, columns, kills, patches = {}, {}, {}, [], []
        types = {column: kind for field in self.schema.vector_fields for column, _, kind in field["columns"]}
        by_number = {field["number"]: field for field in self.schema.vector_fields}
        for kind, field, _, reader in sorted(blocks, key=lambda block: block[:3]):
            count, first = reader.number("I"), reader.number("I")
            if kind == 0:
                assert first == len(unit)
                kills += [self.place(reader) for _ in range(reader.number("I"))]
                for _ in range(count):
                    unit.append(self.tail_document(commit, len(unit), reader))
            elif kind == 1 and field in by_number:
                dimension, storage = reader.number("I"), reader.number("B")
                assert (dimension, storage) == (by_number[field]["dimension"], by_number[field]["storage"])
                reader.place = 64
                size = self.row_size(by_number[field])
                values = [reader.take(size) for _ in range(count)]
                reader.place = -(-reader.place // 4) * 4
                reader.take(4 * count)  # norms
                scales = [reader.number("f") if storage == 2 else 1.0 for _ in range(count)]
                rows.setdefault(field, []).extend(
                    self.decoded(by_number[field], row, scale) for row, scale in zip(values, scales)
                )
            elif kind == 2:
                counts.setdefault(field, []).extend(reader.number("I") for _ in range(count))
            elif kind == 3:
                for place in range(first, first + count):
                    unit[place].fields = reader.take(reader.number("I"))
            elif kind == 4:
                patches += [(self.place(reader), reader.take(reader.number("I"))) for _ in range(count)]
            elif kind == 5 and field in types:
                reader.take(4)
                columns.setdefault(field, []).extend(reader.number(NUMBERS[types[field]]) for _ in range(count))
        for field in self.schema.vector_fields:
            number = field["number"]
            start = 0
            each = counts.get(number) or [1 if number in rows else 0] * len(unit)
            for document, count in zip(unit, each):
                own = {name: columns.get(column, [])[start : start + count] for column, name, _ in field["columns"]}
                document.rows[number] = (rows.get(number, [])[start : start + count], own)
                start += count
        self.units[0, commit] = unit
        self.documents += unit
        for unit_of_kill, ordinal in kills:
            self.units[unit_of_kill][ordinal].is_dead = True
        for (changed, ordinal), fields in patches:
            self.units[changed][ordinal].fields = fields
            self.units[changed][ordinal].version = commit

    def place(self, reader: Reader) -> tuple:
        return (reader.number("B"), reader.number("Q")), reader.number("I")

    def tail_document(self, commit: int, ordinal: int, reader: Reader) -> Document:
        key = reader.take(reader.number("H"))
        text_hash, where, size = reader.number("Q"), reader.number("B"), reader.number("Q")
        text = None
        if where == 1:
            text = reader.take(size)
        elif where in (2, 3):
            length, checksum = reader.number("Q"), reader.number("Q")
            name = f"{commit}-{ordinal}.text" if where == 2 else f"{commit}-{int.from_bytes(self.collection, 'big')}-{ordinal}.text"
            text = self.file(self.path / "texts" / name, "LTXT", checksum, length)
            assert len(text) == size
        assert (xxh3(text) or 1 if text is not None else 0) == text_hash
        return Document(key, commit, text, b"", {})

    # What it means

    def printed(self, document: Document) -> dict:
        printed = {"key": self.key(document.key)}
        if document.text is not None:
            printed["text"] = document.text.decode()
        values = self.values(document.fields)
        fields = {self.schema.fields[number]: value for number, value in values.items() if number in self.schema.fields}
        if fields:
            printed["fields"] = fields
        vectors, columns = {}, {}
        for field in self.schema.vector_fields:
            rows, numbers = document.rows[field["number"]]
            if rows:
                vectors[field["name"]] = rows
                if numbers:
                    columns[field["name"]] = {name: list(values) for name, values in numbers.items()}
        printed |= {"vectors": vectors} if vectors else {}
        printed |= {"columns": columns} if columns else {}
        return printed | {"version": document.version}

    def key(self, key: bytes):
        return int.from_bytes(key[1:], "big") if key[0] == 1 else key[1:].decode()

    def values(self, data: bytes) -> dict:
        reader, found = Reader(data), {}
        while not reader.is_at_end():
            number, kind = reader.number("I"), reader.number("B")
            found[number] = self.value(kind, reader)
        return found

    def value(self, kind: int, reader: Reader):
        if kind in (1, 7):
            data = reader.take(reader.number("I"))
            return data.decode() if kind == 1 else base64.b64encode(data).decode()
        if kind in (2, 3):
            return reader.number("q" if kind == 2 else "d")
        if kind == 4:
            return bool(reader.number("B"))
        if kind == 5:
            seconds, nanoseconds = reader.number("q"), reader.number("I")
            moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
            return moment.isoformat() + f".{nanoseconds:09}Z"
        if kind == 6:
            return [reader.string() for _ in range(reader.number("I"))]
        if kind == 8:
            return [reader.number("i") for _ in range(reader.number("I"))]
        if kind == SPARSE:
            count = reader.number("I")
            indices = [reader.number("I") for _ in range(count)]
            return {"indices": indices, "values": [reader.number("f") for _ in range(count)]}
        assert kind == 0
        return None


def main() -> None:
    store = Store(pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None)
    for document in sorted(store.documents, key=lambda document: document.key):
        if not document.is_dead:
            print(json.dumps(store.printed(document)))


if __name__ == "__main__":
    main()
