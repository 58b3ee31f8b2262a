import CQuiverABI
import Quiver

/// Documents as C reads them.
///
/// `@unchecked Sendable`: the documents hold pointers, all of them into `arena`, and nothing is written after
/// `init`.
final class DocumentsAnswer: @unchecked Sendable {
    private let documents: [qv_stored_document]
    private let arena: Arena

    init(_ found: [StoredDocument?], keys: [Key], contents: Contents) {
        var arena = Arena()
        documents = zip(keys, found).map { key, document in
            qv_stored_document(document, key: key, contents: contents, in: &arena)
        }
        self.arena = arena
    }

    func document(_ index: UInt64) throws(CallFailure) -> qv_stored_document {
        guard index < UInt64(documents.count) else {
            throw .argument("index is \(index), and \(documents.count) keys were asked for")
        }
        return documents[Int(index)]
    }
}

extension qv_stored_document {
    fileprivate init(
        _ document: StoredDocument?,
        key: Key,
        contents: Contents,
        in arena: inout Arena
    ) {
        self.init()
        self.key = arena.copy(key)
        guard let document else { return }
        found = 1
        version = document.version
        if let text = document.text {
            let (bytes, count) = arena.copy(text)
            self.text = bytes
            text_length = UInt64(count)
        }
        if contents.contains(.vectors) {
            let vector = document.vector
            self.vector = arena.copy(vector)
            vector_count = UInt64(vector.count)
        }
    }
}
