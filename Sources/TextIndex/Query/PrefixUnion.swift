enum PrefixUnion {
    /// The documents of all terms that begin with `prefix`, each with the sum of their counts.
    static func documents(of prefix: [UInt8], in index: InvertedIndex) throws -> PostingsCursor? {
        guard index.kind == .counts else { return nil }
        var terms = try TermCursor(index, from: prefix.span)
        var entries: [TermEntry] = []
        while let term = terms.term, term.starts(with: prefix), let entry = terms.entry {
            entries.append(entry)
            try terms.next()
        }
        if entries.count == 1 { return try PostingsCursor(entries[0], of: index) }
        guard !entries.isEmpty else { return nil }
        let total = entries.reduce(0) { $0 + $1.documentCount }
        // One number a document is less than one a posting where there are many.
        return total * 2 > index.documentCount
            ? try dense(entries, index) : try sparse(entries, total, index)
    }

    private static func forEachPosting(
        _ entries: [TermEntry],
        _ index: InvertedIndex,
        _ body: (_ document: UInt32, _ count: UInt32) -> Void
    ) throws {
        for entry in entries {
            var cursor = try PostingsCursor(entry, of: index)
            while cursor.document != PostingsCursor.end {
                body(cursor.document, cursor.value &+ 1)
                try cursor.next()
            }
        }
    }

    private static func dense(
        _ entries: [TermEntry],
        _ index: InvertedIndex
    ) throws -> PostingsCursor {
        var counts = [UInt32](repeating: 0, count: index.documentCount)
        try forEachPosting(entries, index) { (document, count) in
            counts[Int(document)] =
                counts[Int(document)].addingReportingOverflow(count).partialValue
        }
        var documents: [UInt32] = []
        var values: [UInt32] = []
        for (document, count) in counts.enumerated() where count > 0 {
            documents.append(UInt32(document))
            values.append(count - 1)
        }
        return PostingsCursor(documents: documents, values: values, bound: index.documentCount)
    }

    private static func sparse(
        _ entries: [TermEntry],
        _ total: Int,
        _ index: InvertedIndex
    ) throws -> PostingsCursor {
        var postings: [(document: UInt32, count: UInt32)] = []
        postings.reserveCapacity(total)
        try forEachPosting(entries, index) { postings.append(($0, $1)) }
        postings.sort { $0.document < $1.document }
        var documents: [UInt32] = []
        var values: [UInt32] = []
        for (document, count) in postings {
            if documents.last == document {
                values[values.count - 1] &+= count
            } else {
                documents.append(document)
                values.append(count &- 1)
            }
        }
        return PostingsCursor(documents: documents, values: values, bound: index.documentCount)
    }
}
