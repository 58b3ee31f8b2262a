internal import FAISS

/// A FAISS index as the index of a collection, by its factory string.
///
/// All that `FAISS.FactoryString` builds is permitted, except labels of the index's own (`IDMap`), since a collection has
/// its keys, and binary indexes. `Flat` is `ExactIndex`, and `HNSW16` and `HNSW16,Flat` are graphs over the stored rows
/// themselves (`GraphIndex`); every other kind holds the rows in its own form, and what it finds is compared once more with the stored ones.
public struct FAISSKind: Sendable, Hashable, CustomStringConvertible {
    /// The factory string in its canonical form.
    public let description: String

    /// Reads a factory string.
    ///
    /// - Throws: `IndexError.unsupportedKind` with the reason.
    public init(_ text: String) throws(IndexError) {
        description = try Self.parse(text).description
    }

    /// Throws `IndexError.unsupportedKind` unless rows of that dimension and metric can be in such an index.
    public func check(dimension: Int, metric: Metric) throws(IndexError) {
        _ = try arithmetic(dimension: dimension, metric: metric)
    }

    /// Rows that a segment has at least for the index to be built; below, its rows are compared one by one.
    public func minimumRowCount(dimension: Int) -> Int {
        guard let factory = try? Self.parse(description) else { return .max }
        return max(
            2,
            factory.requiredTrainingRows(dimension: dimension),
            factory.structure.minimumRowCount
        )
    }

    /// Whether the index is no more than the rows themselves, compared one by one.
    public var isExact: Bool {
        structure == .flat
    }

    /// M, if the index is a graph over the stored rows.
    public var graphM: Int? {
        guard let factory = try? Self.parse(description),
            case .graph(let M, .flat) = factory.structure
        else { return nil }
        return M
    }

    /// The settings of a search that have a meaning for the index.
    public var searchSettings: Set<SearchSetting> {
        if graphM != nil { return [.efSearch] }
        guard let structure else { return [] }
        var settings: Set<SearchSetting> = []
        if structure.listCount != nil { settings.insert(.nprobe) }
        if structure.isGraph { settings.insert(.efSearch) }
        if structure.hasCodes { settings.insert(.candidateFactor) }
        return settings
    }

    private static func parse(_ text: String) throws(IndexError) -> FactoryString {
        if text.hasPrefix("B") {
            throw .unsupportedKind(
                text,
                reason: "binary indexes hold rows of bits, which fields cannot have yet"
            )
        }
        let factory: FactoryString
        do {
            factory = try FactoryString(text)
        } catch .unsupportedFactory(let text, let reason) {
            throw .unsupportedKind(
                text,
                reason:
                    "\(reason) (expected automatic, exact, graph, ivf or a FAISS factory string)"
            )
        } catch {
            throw .unsupportedKind(text, reason: error.description)
        }
        if case .labelled = factory.structure {
            throw .unsupportedKind(
                text,
                reason: "IDMap gives rows labels, and a collection has its own keys"
            )
        }
        return factory
    }

    /// How FAISS is to compare rows. Cosine is the dot product of rows divided by their norms; kinds that know only Euclidean
    /// distances get those rows, too: of two such rows the nearer one is the one at the smaller angle.
    func arithmetic(
        dimension: Int,
        metric: Metric
    ) throws(IndexError) -> (metric: FAISS.Metric, isNormalized: Bool) {
        let factory = try Self.parse(description)
        let candidates: [(FAISS.Metric, Bool)] =
            switch metric {
            case .l2: [(.l2, false)]
            case .innerProduct: [(.innerProduct, false)]
            case .cosine: [(.innerProduct, true), (.l2, true)]
            case .hamming: []
            }
        var reason = "rows of bits are searched by exact or graph"
        for (metric, isNormalized) in candidates {
            do {
                try factory.check(dimension: dimension, metric: metric)
                return (metric, isNormalized)
            } catch .unsupportedFactory(_, let why) {
                reason = why
            } catch {
                reason = error.description
            }
        }
        throw .unsupportedKind(description, reason: reason)
    }

    /// The structure, for the search.
    var structure: FactoryString.Structure? {
        (try? Self.parse(description))?.structure
    }
}

extension FactoryString.Structure {
    /// Rows below which FAISS cannot build what training has prepared.
    var minimumRowCount: Int {
        switch rows {
        // Its neighbour graph needs as many rows to choose from.
        case .spreadingGraph: 200
        case .inverted(let lists, _): lists.count
        default: 0
        }
    }

    /// Lists, where the rows are in some.
    var listCount: Int? {
        if case .inverted(let lists, _) = rows { lists.count } else { nil }
    }

    /// The part that holds the rows, behind transforms and before refinement.
    var rows: FactoryString.Structure {
        switch self {
        case .transformed(_, let rest), .labelled(let rest, _), .refined(let rest, _): rest.rows
        default: self
        }
    }

    /// Whether there is an OPQ among the transforms. It is written as the rotation that it has learned, so that an index
    /// that is read cannot name it.
    var rotatesForProducts: Bool {
        switch self {
        case .transformed(.productRotation, _): true
        case .transformed(_, let rest), .labelled(let rest, _), .refined(let rest, _):
            rest.rotatesForProducts
        default: false
        }
    }

    /// Whether a graph leads to the rows.
    var isGraph: Bool {
        switch rows {
        case .graph, .spreadingGraph: true
        default: false
        }
    }

    /// The form of the rows with which candidates are compared again inside the index, if they are.
    var refiningRows: FactoryString.Structure? {
        if case .refined(_, let rows) = self { rows } else { nil }
    }

    /// Whether rows are kept in a form that loses some of what they are, so that more candidates can mean better hits.
    var hasCodes: Bool {
        candidateFactor(ofUnitRows: false) > 1
            || refiningRows.map { $0.candidateFactor(ofUnitRows: false) > 1 } ?? false
    }

    /// Candidates a hit that are enough for the codes to lose little: measured (`InvertedFile` says on what) and rounded up.
    ///
    /// In an index with refinement they are those that are compared again inside it.
    ///
    /// - Parameter ofUnitRows: whether all rows have the norm 1.
    func candidateFactor(ofUnitRows isUnit: Bool) -> Double {
        switch self {
        case .flat: 1
        case .scalarQuantizer(.eightBit), .scalarQuantizer(.float16): 2
        case .scalarQuantizer(.sixBit): 3
        case .scalarQuantizer(.fourBit): 5
        case .productQuantizer, .fastScan, .additive: 20
        case .refinedProductQuantizer: 10
        case .signs: 50
        case .graph(_, let rows), .spreadingGraph(_, let rows), .inverted(_, let rows):
            rows.candidateFactor(ofUnitRows: isUnit)
        case .transformed(let transform, let rest):
            max(
                transform.candidateFactor(ofUnitRows: isUnit),
                rest.candidateFactor(ofUnitRows: isUnit)
            )
        case .refined(let rest, _), .labelled(let rest, _):
            rest.candidateFactor(ofUnitRows: isUnit)
        }
    }
}

extension FactoryString.Transform {
    fileprivate func candidateFactor(ofUnitRows isUnit: Bool) -> Double {
        switch self {
        case .principalComponents, .signRotation: 10
        case .productRotation(_, let dimension), .randomRotation(let dimension):
            dimension == nil ? 1 : 10
        // What is left of a row is its direction.
        case .normalization: isUnit ? 1 : 50
        case .padding: 1
        }
    }
}
