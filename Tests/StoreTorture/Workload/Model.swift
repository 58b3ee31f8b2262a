import Quiver

/// What a store should hold, in dictionaries.
struct Model: Sendable {
    struct Collection: Sendable {
        var configuration: CollectionConfiguration
        var documents: [Key: Document] = [:]
    }

    /// Before a store was made nothing can be opened.
    var exists = false
    var collections: [String: Collection] = [:]
    /// The operations that have been applied.
    var step = 0

    mutating func apply(_ operation: Operation) {
        step += 1
        switch operation {
        case .createStore: exists = true
        case .createCollection(let name, let configuration):
            collections[name] = Collection(configuration: configuration)
        case .write(let changes, let name):
            for change in changes {
                switch change {
                case .upsert(let document):
                    collections[name]?.documents[document.key] = document
                case .delete(let key): collections[name]?.documents[key] = nil
                }
            }
        case .seal, .maintain, .reopen, .keepSnapshot, .readElsewhere: break
        }
    }
}
