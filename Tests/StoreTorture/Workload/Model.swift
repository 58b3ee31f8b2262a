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
    /// What was there when each named snapshot was made.
    var snapshots: [String: [String: Collection]] = [:]
    /// The operations that have been applied.
    var step = 0

    mutating func apply(_ operation: Operation) {
        step += 1
        switch operation {
        case .createStore: exists = true
        case .createCollection(let name, let configuration):
            collections[name] = Collection(configuration: configuration)
        case .write(let changes, let name):
            for change in changes { collections[name]?.apply(change) }
        case .writeTogether(let parts):
            for (name, changes) in parts {
                for change in changes { collections[name]?.apply(change) }
            }
        case .deleteMatching(let filter, let name):
            for (key, document) in collections[name]?.documents ?? [:]
            where filter.holds(of: document.fields) {
                collections[name]?.documents[key] = nil
            }
        case .adopt(let documents, let name):
            for document in documents { collections[name]?.documents[document.key] = document }
        case .alter(let changes, let name):
            for change in changes { collections[name]?.apply(change) }
        case .createSnapshot(let name): snapshots[name] = collections
        case .dropSnapshot(let name): snapshots[name] = nil
        case .refuse, .seal, .maintain, .compact, .reopen, .keepSnapshot, .readElsewhere: break
        }
    }
}

extension Model.Collection {
    fileprivate mutating func apply(_ change: Change) {
        switch change {
        case .upsert(let document), .compareAndSet(let document):
            documents[document.key] = document
        case .update(let update):
            for name in update.removedFields { documents[update.key]?.fields[name] = nil }
            documents[update.key]?.fields.merge(update.fields) { $1 }
        case .delete(let key): documents[key] = nil
        }
    }

    fileprivate mutating func apply(_ change: SchemaChange) {
        switch change {
        case .addField(let field): configuration.fields.append(field)
        case .dropField(let name):
            configuration.fields.removeAll { $0.name == name }
            configuration.textFields.removeAll { $0.field == name }
            for key in documents.keys { documents[key]?.fields[name] = nil }
        case .addVectorField(let field): configuration.vectorFields.append(field)
        case .dropVectorField(let name):
            configuration.vectorFields.removeAll { $0.name == name }
            for key in documents.keys {
                documents[key]?.vectors[name] = nil
                documents[key]?.columns[name] = nil
            }
        case .setIndex(let name, let index):
            for place in configuration.vectorFields.indices
            where configuration.vectorFields[place].name == name {
                configuration.vectorFields[place].index = index
            }
        case .renameField(let old, let new):
            for place in configuration.fields.indices
            where configuration.fields[place].name == old {
                configuration.fields[place].name = new
            }
            for place in configuration.textFields.indices
            where configuration.textFields[place].field == old {
                configuration.textFields[place].field = new
            }
            for key in documents.keys {
                let value = documents[key]?.fields.removeValue(forKey: old)
                documents[key]?.fields[new] = value
            }
        case .setTextFields(let fields): configuration.textFields = fields
        case .setRecall(let recall): configuration.recall = recall
        case .renameVectorField, .renameCollection, .setCacheByteLimit, .setTrained:
            stop("\(change) is not modelled")
        }
    }
}
