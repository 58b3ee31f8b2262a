extension StoreError: CustomStringConvertible {
    /// What went wrong and with what, in one sentence; what to do about it is for whoever shows it to say.
    public var description: String {
        switch self {
        case .notAStore(let path): "\(path): not a store"
        case .alreadyExists(let path): "\(path): already exists"
        case .begunOtherwise(let path, let what, let asked, let found):
            "\(path): begun for another question or another state of the collection: \(what) is "
                + "\(found) there, \(asked) here"
        case .unsupportedFormat(let path, let found, let supported):
            "\(path): written in format \(found); this version reads \(supported)"
        case .lockedByWriter(let path, let processID):
            "\(path): open for writing in "
                + (processID > 0 ? "process \(processID)" : "another process")
        case .readOnly(let path): "\(path): opened read-only"
        case .closed(let path): "\(path): closed"
        case .usedAfterFork(let path): "\(path): opened by a process that this one is a fork of"
        case .unknownCollection(let name): "no collection named \"\(name)\""
        case .collectionExists(let name): "there is a collection named \"\(name)\" already"
        case .notACache(let name): "collection \"\(name)\" is not a cache"
        case .unknownSnapshot(let name): "no snapshot named \"\(name)\""
        case .snapshotExists(let name): "there is a snapshot named \"\(name)\" already"
        case .invalidName(let name, let reason): "\"\(name)\" is not a usable name: \(reason)"
        case .unknownVectorField(let name, let collection):
            "collection \"\(collection)\" has no vector field "
                + (name.isEmpty ? "without a name" : "named \"\(name)\"")
        case .ambiguousVectorField(let collection, let fields):
            fields.isEmpty
                ? "collection \"\(collection)\" has no vector field"
                : "collection \"\(collection)\" has \(fields.count) vector fields ("
                    + fields.map { "\"\($0)\"" }.joined(separator: ", ") + "); one must be named"
        case .unknownField(let name, let collection):
            "collection \"\(collection)\" has no field named \"\(name)\""
        case .unknownRowColumn(let name, let field):
            "the vectors\(Self.of(field)) have no column named \"\(name)\""
        case .duplicateCollection(let name): "collection \"\(name)\" stands twice in one batch"
        case .invalidConfiguration(let reason): "invalid collection: \(reason)"
        case .unsupportedIndex(let text, let reason):
            "index \"\(text)\" cannot be a collection's: \(reason)"
        case .invalidKey(let reason): "invalid key: \(reason)"
        case .duplicateKey(let key): "key \(key) stands twice in one batch"
        case .unknownKey(let key): "no document under key \(key)"
        case .keyExists(let key): "key \(key): there is a document already"
        case .versionConflict(let key, let expected, let found):
            "key \(key): expected version \(expected), "
                + (found.map { "found version \($0)" } ?? "found no document")
        case .fieldTypeMismatch(let key, let field, let expected, let found):
            "key \(key): field \"\(field)\" holds values of type \(expected), not \(found)"
        case .invalidFieldValue(let key, let field, let reason):
            "key \(key): field \"\(field)\": \(reason)"
        case .invalidSparseVector(let reason): "a sparse vector \(reason)"
        case .missingRowColumn(let key, let field, let column):
            "key \(key): no column \"\(column)\" for the vectors\(Self.of(field))"
        case .rowColumnMismatch(let key, let field, let column, let expected, let found):
            "key \(key): column \"\(column)\" of the vectors\(Self.of(field)): expected \(expected), found \(found)"
        case .missingVectors(let key, let field): "key \(key): no vector\(Self.of(field))"
        case .dimensionMismatch(let key, let field, let expected, let found):
            "\(Self.place(key))a vector\(Self.of(field)) of \(found) numbers, the dimension is \(expected)"
        case .notFinite(let key, let field, let row, let position):
            "\(Self.place(key))number \(position) of the vector\(Self.of(field)) (\(Self.number(row, key))) is NaN or infinite"
        case .normOverflow(let key, let field, let row):
            "\(Self.place(key))the vector\(Self.of(field)) (\(Self.number(row, key))) has a norm that does not fit into float32"
        case .zeroVector(let key, let field, let row):
            "\(Self.place(key))the vector\(Self.of(field)) (\(Self.number(row, key))) is zero as stored, so it has no cosine"
        case .notABit(let key, let field, let row, let position, let value):
            "\(Self.place(key))number \(position) of the vector\(Self.of(field)) (\(Self.number(row, key))) is \(value), "
                + "and of rows of bits it is 0 or 1"
        case .float16Overflow(let key, let field, let row, let position, let value):
            "\(Self.place(key))number \(position) of the vector\(Self.of(field)) (\(Self.number(row, key))), \(value), "
                + "does not fit into float16 (±65504)"
        case .textTooLong(let key, let byteCount, let limit):
            "key \(key): a text of \(byteCount) bytes, at most \(limit) are stored"
        case .tooLittleMemory(let found, let minimum):
            "\(found) bytes of memory are too few, at least \(minimum) are needed"
        case .tooLarge(let what, let found, let limit): "\(what): \(found), at most \(limit)"
        case .invalidK(let k): "k is \(k), it must be at least 1"
        case .invalidSearch(let reason): reason
        case .invalidFilter(let reason, let position):
            "invalid filter" + (position.map { " at character \($0)" } ?? "") + ": \(reason)"
        case .unknownSearchSetting(let setting, let index):
            "an index \"\(index)\" has no \(setting.rawValue) to be set"
        case .wrongEncoder(let collection, let expected, let found):
            "the vectors of collection \"\(collection)\" come from encoder \(expected), not \(found)"
        case .unfitSegment(let path, let reason): "\(path): does not fit the collection: \(reason)"
        case .invalidReading(let reason): reason
        case .noSuchDocument(let number, let count):
            "there is no number \(number) among \(count)"
        case .noEncoder(let collection): "collection \"\(collection)\" remembers no encoder"
        case .cancelled: "cancelled"
        case .deadlineExceeded: "the search was not done by its deadline"
        case .rerankingFailed(let reason): "the reranker failed: \(reason)"
        case .damaged(let file, let reason): "\(file): damaged: \(reason)"
        case .file(let error): "\(error)"
        case .catalog(let error): "\(error)"
        case .index(let error): "\(error)"
        }
    }

    private static func of(_ field: String) -> String {
        field.isEmpty ? "" : " of field \"\(field)\""
    }

    /// A row of a document, or a query.
    private static func number(_ row: Int, _ key: Key?) -> String {
        key == nil ? "query \(row)" : "row \(row)"
    }

    private static func place(_ key: Key?) -> String {
        key.map { "key \($0): " } ?? ""
    }
}
