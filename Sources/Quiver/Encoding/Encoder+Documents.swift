extension Encoder {
    /// Gives documents that have a text and no rows of a vector field the rows that the encoder makes of their texts, in the role
    /// of `request`, and the row columns that the field has of the encoder's.
    ///
    /// What a document brings stays as it is: a document with rows of the field, one without a text, and columns of a name that it
    /// has. A text that becomes no row leaves its document without any.
    ///
    /// - Parameters:
    ///   - documents: any number; those of one call are batched together.
    ///   - field: the vector field that the rows are for.
    ///   - request: how texts are encoded.
    ///   - progress: called from the caller's thread with the number of texts done so far. Return `false` to
    ///     cancel; the call then throws `CancellationError`, and the documents are as they were.
    /// - Throws: ``EncodedTextsError`` where the rows do not fit the field, and what `encode` throws.
    public func addRows(
        to documents: inout [Document],
        of field: VectorField,
        _ request: EncodingRequest,
        progress: (_ textCount: Int) -> Bool
    ) throws {
        var texts: [String] = []
        var places: [Int] = []
        for (place, document) in documents.enumerated()
        where document.vectors[field.name] == nil {
            guard let text = document.text else { continue }
            texts.append(text)
            places.append(place)
        }
        guard !texts.isEmpty else { return }
        let dimension = dimension(for: request)
        guard dimension == field.dimension else {
            throw EncodedTextsError.dimension(
                field: field.name,
                expected: field.dimension,
                found: dimension
            )
        }
        let encoded = try encode(texts, request, progress: progress)
        guard encoded.textCount == texts.count else {
            throw EncodedTextsError.textCount(expected: texts.count, found: encoded.textCount)
        }
        for (ordinal, place) in places.enumerated() where !encoded.rowRange(of: ordinal).isEmpty {
            documents[place].vectors[field.name] = Array(encoded.rows(of: ordinal))
            documents[place].columns[field.name, default: [:]]
                .merge(encoded.columns(of: ordinal, for: field)) { given, _ in given }
        }
    }
}
