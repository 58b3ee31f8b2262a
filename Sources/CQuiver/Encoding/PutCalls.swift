// The contract of these functions is include/quiver.h, and is written there alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CQuiverABI
import Encoders
import Quiver

@c @implementation
public func qv_put(
    _ collection: qv_collection,
    _ documents: UnsafePointer<qv_document>?,
    _ count: UInt64,
    _ options: UnsafePointer<qv_put_options>?,
    _ receipt: UnsafeMutablePointer<qv_receipt>?
) -> qv_status {
    call { () throws(CallFailure) in
        let written = try HandleTable.shared.writable(collection)
        let held = try HandleTable.shared.searchable(collection).held.encoders
        let output = try Output.optional(receipt, "receipt")
        let settings =
            try options.map { (pointer) throws(CallFailure) in
                try qv_put_options(reading: pointer, "options")
            } ?? qv_put_options()
        let array = try qv_document.array(documents, count: count, "documents")
        var work = try PutWork(settings, written, held, documentCount: array.count)
        defer { output?.fill(work.receipt) }
        try work.put(array)
    }
}

/// Documents on their way into a collection, by way of an encoder.
private struct PutWork {
    private(set) var receipt = qv_receipt()

    private let collection: Collection
    private let held: HeldEncoders
    /// Whose missing rows are made of texts; `nil` where there is no vector field.
    private let field: VectorField?
    private let handle: qv_encoder
    private let isInserting: Bool
    private let batchCount: Int
    private let documentCount: Int
    private let threadCount: Int
    private let tokenBudget: UInt64
    private let callback: ProgressCallback
    /// Documents that are written.
    private var doneCount = 0
    /// What the callback was told of last, which never becomes less: what is written was encoded before, most of it.
    private var toldCount = 0

    // Encoders sort texts by length; with fewer in hand they waste some of their speed.
    private static let encodingCount = 512

    init(
        _ settings: qv_put_options,
        _ collection: Collection,
        _ held: HeldEncoders,
        documentCount: Int
    ) throws(CallFailure) {
        guard settings.flags & ~UInt32(QV_PUT_INSERT) == 0 else {
            throw .argument("options: flags is \(settings.flags), which has an unknown bit")
        }
        let name = try Arguments.nameOrNil(settings.vector_field, "options: vector_field")
        let snapshot = try engine { () throws(StoreError) in try collection.snapshot() }
        if name == nil, snapshot.configuration.vectorFields.isEmpty {
            field = nil
        } else {
            field = try engine { () throws(StoreError) in
                try snapshot.configuration.vectorField(name, ofCollection: collection.name)
            }
        }
        handle = settings.encoder
        if handle != 0 {
            let opened = try HandleTable.shared.find(handle, "encoder", \.encoder).opened
            try collection.bind(opened, field?.name)
            held.keep(opened)
        }
        isInserting = settings.flags & UInt32(QV_PUT_INSERT) != 0
        batchCount =
            settings.batch_count == 0
            ? max(1, documentCount)
            : min(Int(clamping: settings.batch_count), max(1, documentCount))
        threadCount = try Arguments.threadCount(settings.thread_count)
        tokenBudget = settings.token_budget
        callback = ProgressCallback(settings.progress, settings.context)
        self.collection = collection
        self.held = held
        self.documentCount = documentCount
    }

    mutating func put(_ documents: [qv_document]) throws(CallFailure) {
        let portionCount =
            batchCount * max(1, (Self.encodingCount + batchCount - 1) / batchCount)
        var start = 0
        repeat {
            let end = min(documents.count, start + portionCount)
            var portion: [Document] = []
            var preconditions: [WriteBatch.Precondition] = []
            for place in start..<end {
                let name = "documents[\(place)]"
                portion.append(try Document(documents[place], name))
                preconditions.append(try precondition(of: documents[place], name))
            }
            try addRows(to: &portion)
            for first in stride(from: 0, to: max(1, portion.count), by: batchCount) {
                let batch = first..<min(portion.count, first + batchCount)
                try write(portion[batch], preconditions[batch])
            }
            start = end
        } while start < documents.count
    }

    private func precondition(
        of document: qv_document,
        _ name: String
    ) throws(CallFailure) -> WriteBatch.Precondition {
        guard !isInserting else {
            guard document.flags == 0 else {
                throw .argument("\(name): flags does not go with QV_PUT_INSERT")
            }
            return .none
        }
        return try WriteBatch.Precondition(
            flags: document.flags,
            expectedVersion: document.expected_version,
            name
        )
    }

    /// Fills in the rows that are missing.
    private mutating func addRows(to documents: inout [Document]) throws(CallFailure) {
        guard let field,
            documents.contains(where: { $0.text != nil && $0.vectors[field.name] == nil })
        else { return }
        let snapshot = try engine { () throws(StoreError) in try collection.snapshot() }
        let opened = try held.encoder(handle, of: field.name, in: snapshot)
        var request = opened.request(role: .document, threadCount: threadCount)
        request.takeBudget(tokenBudget)
        var filled = documents
        try encoding {
            try opened.encoder.addRows(to: &filled, of: field, request) { textCount in
                toldCount = max(toldCount, doneCount + textCount)
                return callback.goesOn(toldCount, documentCount)
            }
        }
        documents = filled
    }

    private mutating func write(
        _ documents: ArraySlice<Document>,
        _ preconditions: ArraySlice<WriteBatch.Precondition>
    ) throws(CallFailure) {
        var batch = WriteBatch()
        for (document, precondition) in zip(documents, preconditions) {
            if isInserting {
                batch.insert(document)
            } else {
                batch.upsert(document, if: precondition)
            }
        }
        let written = batch
        let done = try engine { () throws(StoreError) in try collection.write(written) }
        receipt.add(qv_receipt(done))
        doneCount += documents.count
        toldCount = max(toldCount, doneCount)
        guard callback.goesOn(toldCount, documentCount) || doneCount == documentCount else {
            throw CallFailure(StoreError.cancelled)
        }
    }
}

extension qv_receipt {
    /// Takes in what a later commit has done.
    fileprivate mutating func add(_ later: qv_receipt) {
        commit = later.commit
        inserted_count += later.inserted_count
        replaced_count += later.replaced_count
        deleted_count += later.deleted_count
        missing_count += later.missing_count
        updated_count += later.updated_count
    }
}
