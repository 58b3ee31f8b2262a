import Quiver
import TestSupport

extension Operation {
    /// An operation that can follow those that have made `model`.
    static func draw(after model: Model, _ random: inout SplitMix64) -> Operation {
        let names = model.collections.keys.sorted()
        guard let name = names.randomElement(using: &random),
            let collection = model.collections[name]
        else { return .createCollection("c0", .draw(&random)) }
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<2 where names.count < 4:
            return .createCollection("c\(names.count)", .draw(&random))
        case 2..<9: return .seal(collection: name)
        case 9..<14: return .maintain(collection: name)
        case 14..<22: return .compact(.draw(&random), collection: name)
        case 22..<26: return .reopen
        case 26..<29: return .keepSnapshot(collection: name)
        case 29: return .readElsewhere
        case 30..<34: return .alter(collection.drawAlteration(&random), collection: name)
        case 34..<37 where model.snapshots.count < 3: return .createSnapshot("s\(model.step)")
        case 37..<40:
            guard let known = model.snapshots.keys.sorted().randomElement(using: &random)
            else { return .createSnapshot("s\(model.step)") }
            return .dropSnapshot(known)
        case 40..<44:
            guard let filter = collection.drawFilter(&random) else { break }
            return .deleteMatching(filter, collection: name)
        case 44..<48:
            let refusal = collection.drawRefusal(&random)
            let changes = collection.drawChanges(step: model.step, &random)
            return .refuse(
                refusal,
                with: changes.filter { $0.key != refusal.key },
                collection: name
            )
        case 48..<53 where names.count > 1:
            let parts = names.filter { _ in Bool.random(using: &random) }
            let haveLongTexts = Int.random(in: 0..<6, using: &random) == 0
            return .writeTogether(
                (parts.isEmpty ? names : parts).map { name in
                    guard let collection = model.collections[name] else { return (name, []) }
                    let changes = collection.drawChanges(step: model.step, &random)
                    guard haveLongTexts else { return (name, changes) }
                    return (name, collection.beginning(changes, step: model.step, &random))
                }
            )
        case 53..<56:
            let first = UInt64.random(in: 0..<180, using: &random)
            let documents = (first..<(first + 20)).map { number in
                let key = Model.Collection.key(number)
                return collection.document(
                    key,
                    text: "step \(model.step), \(key), adopted",
                    &random
                )
            }
            return .adopt(documents, collection: name)
        default: break
        }
        return .write(collection.drawChanges(step: model.step, &random), collection: name)
    }
}

extension CompactionTask {
    fileprivate static func draw(_ random: inout SplitMix64) -> CompactionTask {
        CompactionTask(
            extent: Int.random(in: 0..<3, using: &random) == 0 ? .worthwhile : .everything,
            maximumSegmentDocumentCount: Int.random(in: 5...150, using: &random),
            patience: Int.random(in: 0..<3, using: &random) == 0
                ? Int.random(in: 0...8, using: &random) : nil
        )
    }
}

extension CollectionConfiguration {
    fileprivate static func draw(_ random: inout SplitMix64) -> CollectionConfiguration {
        var configuration = CollectionConfiguration(
            dimension: Int.random(in: 1...12, using: &random),
            metric: [.l2, .innerProduct, .cosine].randomElement(using: &random) ?? .l2,
            index: .draw(&random),
            fields: Field.known.filter { _ in Bool.random(using: &random) }
        )
        if Bool.random(using: &random) { configuration.vectorFields.append(.tokens) }
        return configuration
    }
}

extension IndexSpecification {
    fileprivate static func draw(_ random: inout SplitMix64) -> IndexSpecification {
        let indexes: [IndexSpecification] = [.graph, .exact, .automatic, .ivf]
        return indexes.randomElement(using: &random) ?? .graph
    }
}

extension Model.Collection {
    /// Adds or drops a field or a vector field, or sets an index, a recall or the texts that are searched by their words: always to what is not
    /// yet.
    fileprivate func drawAlteration(_ random: inout SplitMix64) -> [SchemaChange] {
        switch Int.random(in: 0..<6, using: &random) {
        case 5:
            let targets: [Double?] = [nil, 0.5, 0.95, 1]
            return targets.filter { $0 != configuration.recall }.randomElement(using: &random)
                .map { [.setRecall($0)] } ?? []
        case 4:
            let strings = configuration.fields.filter { $0.type == .string || $0.type == .strings }
            let choices: [[TextField]] =
                [[], [TextField()], [TextField(language: .english)]]
                + strings.map { [TextField(), TextField(field: $0.name)] }
            let others = choices.filter { $0 != configuration.textFields }
            return others.randomElement(using: &random).map { [.setTextFields($0)] } ?? []
        case 0:
            let tokens = VectorField.tokens
            let hasTokens = configuration.vectorFields.contains { $0.name == tokens.name }
            return [hasTokens ? .dropVectorField(tokens.name) : .addVectorField(tokens)]
        case 1:
            guard let field = configuration.vectorFields.randomElement(using: &random) else {
                return []
            }
            return [
                .setIndex(vectorField: field.name, field.index == .graph ? .exact : .graph)
            ]
        default:
            let field = Field.known.randomElement(using: &random) ?? Field.known[0]
            return [
                configuration.fields.contains(field) ? .dropField(field.name) : .addField(field)
            ]
        }
    }

    /// A filter that holds of some documents, by a field that there is.
    fileprivate func drawFilter(_ random: inout SplitMix64) -> Filter? {
        let number = Int64.random(in: 1..<10, using: &random)
        for field in configuration.fields.shuffled(using: &random) {
            switch field.type {
            case .int64: return .comparison(field: field.name, .equal, .int64(number))
            case .string: return .hasPrefix(field: field.name, "s\(number)")
            case .strings:
                return .all([
                    .contains(field: field.name, .string("x1")), .not(.isNull(field: field.name)),
                ])
            default: continue
            }
        }
        return nil
    }

    fileprivate func drawRefusal(_ random: inout SplitMix64) -> Refusal {
        guard let key = documents.keys.sorted().randomElement(using: &random),
            Int.random(in: 0..<3, using: &random) > 0
        else { return .update(DocumentUpdate(key: .integer(1_000_000))) }
        let document = document(key, text: "refused", &random)
        return Bool.random(using: &random) ? .insert(document) : .compareAndSet(document)
    }

    /// New documents, replacements, updates and deletes, of keys that are there and of some that are not.
    fileprivate func drawChanges(step: Int, _ random: inout SplitMix64) -> [Change] {
        var changes: [Change] = []
        var touched: Set<Key> = []
        let deletesMost = Int.random(in: 0..<12, using: &random) == 0
        for _ in 0..<Int.random(in: 1...40, using: &random) {
            let key = Self.key(UInt64.random(in: 0..<200, using: &random))
            guard touched.insert(key).inserted else { continue }
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<(deletesMost ? 5 : 2): changes.append(.delete(key))
            case 5..<7 where documents[key] != nil: changes.append(.update(update(key, &random)))
            case 7 where documents[key] != nil:
                let document = document(key, text: "step \(step), \(key), exchanged", &random)
                changes.append(.compareAndSet(document))
            default:
                let text = Self.text(of: key, step: step, &random)
                changes.append(.upsert(document(key, text: text, &random)))
            }
        }
        if deletesMost {
            for key in documents.keys.sorted() where touched.insert(key).inserted {
                changes.append(.delete(key))
            }
        }
        return changes
    }

    /// `changes` that begin, in the order of keys, with a long text: at the same place in each collection of a batch.
    fileprivate func beginning(
        _ changes: [Change],
        step: Int,
        _ random: inout SplitMix64
    ) -> [Change] {
        let first = Key.integer(1)
        let text = Self.longText("step \(step), \(random.next()), ")
        return changes.filter { $0.key != first }
            + [.upsert(document(first, text: text, &random))]
    }

    /// Different for each write of a key; now and then none, or one that gets a file of its own.
    private static func text(of key: Key, step: Int, _ random: inout SplitMix64) -> String? {
        switch Int.random(in: 0..<1_000, using: &random) {
        case 0..<2: longText("step \(step), \(key), ")
        case 2..<100: nil
        default: "step \(step), \(key)"
        }
    }
}
