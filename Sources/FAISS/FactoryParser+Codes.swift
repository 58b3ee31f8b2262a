extension FactoryParser {
    /// How rows are stored where they are not transformed and not linked.
    func code(
        _ part: Substring,
        insideLists: Bool
    ) throws(FAISSError) -> FactoryString.Structure {
        switch part {
        case "Flat": return .flat
        case "LSH", "LSHr", "LSHt", "LSHrt":
            guard !insideLists else { throw failure("LSH cannot stand in lists") }
            return .signs(rotated: part.contains("r"), trained: part.hasSuffix("t"))
        case "FlatDedup":
            throw failure("FlatDedup is not offered: FAISS keeps its duplicates through a reset")
        default: break
        }
        if part.hasPrefix("LSH") {
            throw failure("LSH has one bit a dimension and takes no number: put RR… in front")
        }
        if part.hasPrefix("ITQ") || part.hasPrefix("PCA") {
            throw failure("spectral hashing is not offered: use LSH, or a binary index")
        }
        if let code = FactoryString.ScalarCode(rawValue: String(part)) {
            return .scalarQuantizer(code)
        }
        if part.hasPrefix("SQ") { throw failure("\"\(part)\" is none of SQ4, SQ6, SQ8, SQfp16") }
        if part.hasPrefix("PQ") { return try productQuantizer(part, insideLists) }
        for family in FactoryString.AdditiveCode.Family.allCases
        where part.hasPrefix(family.rawValue) {
            return .additive(try additive(part, family, insideLists))
        }
        throw failure(
            "\"\(part)\" is none of Flat, SQ…, PQ…, RQ…, LSQ…, PRQ…, PLSQ…"
                + (insideLists ? "" : ", LSH…, HNSW…, NSG…, IVF…, IMI…")
        )
    }

    /// One of the codes that can be compared row by row. `before` begins the message that names them.
    func plain(
        _ part: Substring,
        _ before: String
    ) throws(FAISSError) -> FactoryString.Structure {
        let result = try code(part, insideLists: false)
        switch result {
        case .flat, .scalarQuantizer, .productQuantizer: return result
        case .additive(let code) where !code.isFastScan: return result
        default: throw failure("\(before) Flat, SQ…, PQ… or an additive code, not \"\(part)\"")
        }
    }

    private func productQuantizer(
        _ part: Substring,
        _ insideLists: Bool
    ) throws(FAISSError) -> FactoryString.Structure {
        var words = Words(part)
        _ = words.skip("PQ")
        let parts = try number(&words, "the parts of PQ", Limits.dimension)
        if words.skip("x4fs") {
            let residual = words.skip("r")
            guard insideLists || !residual else { throw failure("fsr stands in lists alone") }
            try blockSize(&words)
            try end(words, of: part)
            return .fastScan(parts: parts, residual: residual)
        }
        if words.skip("+") {
            guard insideLists else { throw failure("PQ…+… stands in lists alone") }
            let refinement = try number(&words, "the second parts of PQ", Limits.dimension)
            try end(words, of: part)
            return .refinedProductQuantizer(parts: parts, refinementParts: refinement)
        }
        let bits =
            words.skip("x")
            ? try number(&words, "the bits of PQ", insideLists ? 1...8 : Limits.productBits) : 8
        _ = words.skip("np")
        try end(words, of: part)
        return .productQuantizer(parts: parts, bits: bits)
    }

    private func additive(
        _ part: Substring,
        _ family: FactoryString.AdditiveCode.Family,
        _ insideLists: Bool
    ) throws(FAISSError) -> FactoryString.AdditiveCode {
        var words = Words(part)
        _ = words.skip(family.rawValue)
        let searches = family == .localSearch || family == .productLocalSearch
        var parts = 1
        if family == .productResidual || family == .productLocalSearch {
            parts = try number(&words, "the parts of \(family.rawValue)", Limits.additiveParts)
            guard words.skip("x") else {
                throw failure("\(family.rawValue) is to be followed by parts x steps x bits")
            }
        }
        let steps = searches ? Limits.searchedSteps : Limits.residualSteps
        let bits = searches ? Limits.searchedBits : Limits.residualBits
        var list = try stages(&words, steps, bits)
        guard list.count == 1 || family == .residual else {
            throw failure("steps of different bits are for RQ alone")
        }
        // Stages of equal bits one behind the other are one stage.
        list = list.reduce(into: []) { merged, stage in
            if let last = merged.last, last.bits == stage.bits {
                merged[merged.count - 1] = .init(count: last.count + stage.count, bits: stage.bits)
            } else {
                merged.append(stage)
            }
        }
        let isFastScan = words.skip("fs")
        let isResidual = isFastScan && words.skip("r")
        if isFastScan {
            guard list.count == 1, list[0].bits == 4 else {
                throw failure("fs is for 4 bits a step")
            }
            guard insideLists || !isResidual else { throw failure("fsr stands in lists alone") }
            try blockSize(&words)
        }
        var norm: FactoryString.AdditiveCode.Norm?
        if words.rest.hasPrefix("_N") {
            norm = FactoryString.AdditiveCode.Norm(rawValue: String(words.rest))
            guard norm != nil else { throw failure("\"\(words.rest)\" is no way to keep norms") }
        } else {
            try end(words, of: part)
        }
        let code = FactoryString.AdditiveCode(
            family: family,
            parts: parts,
            stages: list,
            norm: norm,
            isFastScan: isFastScan,
            isResidual: isResidual
        )
        guard code.stepCount <= Limits.residualSteps.upperBound else {
            throw failure(
                "\(code.stepCount) steps are more than \(Limits.residualSteps.upperBound)"
            )
        }
        let centroids = list.reduce(0) { $0 + $1.count << $1.bits }
        let limit = searches ? Limits.searchedCentroids : Limits.residualCentroids
        guard centroids <= limit else {
            throw failure("\(centroids) centroids are more than \(limit)")
        }
        return code
    }

    /// FastScan's block size, of which Debian's build of FAISS knows one.
    private func blockSize(_ words: inout Words) throws(FAISSError) {
        guard words.rest.hasPrefix("_"), !words.rest.hasPrefix("_N") else { return }
        guard words.skip("_32") else { throw failure("the block size of FastScan is to be 32") }
    }

    /// `4x8`, `2x6_3x8`, …
    func stages(
        _ words: inout Words,
        _ counts: ClosedRange<Int>,
        _ bits: ClosedRange<Int>
    ) throws(FAISSError) -> [FactoryString.Stage] {
        var result: [FactoryString.Stage] = []
        repeat {
            let count = try number(&words, "the number of steps", counts)
            guard words.skip("x") else { throw failure("the number of steps lacks its x and bits") }
            result.append(.init(count: count, bits: try number(&words, "the bits of a step", bits)))
        } while words.nextIsStage && words.skip("_")
        let total = result.reduce(0) { $0 + $1.count }
        guard total <= counts.upperBound else {
            throw failure("\(total) steps are more than \(counts.upperBound)")
        }
        return result
    }
}
