extension Repair {
    /// The commits of the tail that are whole, in their order.
    mutating func takeTail(of id: UInt32) {
        guard var collection = collections[id] else { return }
        let schema = collection.record.schema
        var commits: [UInt64: [(key: [UInt8], value: [UInt8])]] = [:]
        for (key, value) in catalog.entries(.tail, prefix: CatalogKey.collection(id))
        where key.count == 21 {
            let commit = key.withBytes {
                UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 4, as: UInt64.self))
            }
            commits[commit, default: []].append((key, value))
        }
        var lost: [UInt64: [(name: String, ordinal: Int)]] = [:]
        for (number, blocks) in commits.sorted(by: { $0.key < $1.key }) {
            var lostTexts: [(name: String, ordinal: Int)] = []
            do {
                var builder = TailCommitBuilder(collection: id, commit: number)
                for (key, value) in blocks {
                    guard let kind = TailBlockKind(rawValue: key[12]) else { continue }
                    let field = key.withBytes {
                        UInt32(bigEndian: $0.loadUnaligned(fromByteOffset: 13, as: UInt32.self))
                    }
                    try value.withBytes { value in
                        try builder.append(kind, fieldID: field, value, schema: schema) {
                            [source] (name, ordinal, expected) throws(StoreError) in
                            let path = "\(source)/\(StoreLayout.texts)/\(name)"
                            let file = try? SegmentFile(
                                path: path,
                                kind: .longText,
                                expected: expected
                            )
                            if (try? file?.allBytes()) ?? nil == nil {
                                lostTexts.append((name, ordinal))
                                return nil
                            }
                            return file
                        }
                    }
                }
                collection.apply(try builder.finished(schema: schema))
                lost[number] = lostTexts
            } catch {
                report.isCatalogDamaged = true
                report.damage.append(
                    .init(
                        file: Catalog.fileName,
                        reason:
                            "has commit \(number) of \"\(collection.record.name)\" in part: it is left out"
                    )
                )
                report.lose("commit \(number)", of: nil, in: collection.record.name)
            }
        }
        for part in collection.tail {
            for (name, ordinal) in lost[part.commit.commit] ?? [] {
                report.damage.append(
                    .init(file: "\(StoreLayout.texts)/\(name)", reason: "cannot be read")
                )
                guard !part.dead.contains(UInt32(ordinal)) else { continue }
                let key = part.commit.keys.withKey(at: ordinal) { try? EncodedKey.decode($0) }
                report.lose("text", of: key, in: collection.record.name)
            }
        }
        collections[id] = collection
    }
}
