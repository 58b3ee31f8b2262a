extension FactoryString {
    /// Throws `.unsupportedFactory` unless the parts fit rows of this dimension and metric.
    public func check(dimension: Int, metric: Metric) throws(FAISSError) {
        do throws(Misfit) {
            try structure.check(dimension: dimension, metric: metric)
        } catch {
            throw .unsupportedFactory(description, reason: error.reason)
        }
    }

    /// Rows that training needs at least: one a centroid of the largest set; 0 for an index that needs no training.
    public func requiredTrainingRows(dimension: Int) -> Int {
        structure.requiredTrainingRows(dimension)
    }
}

/// Why parts do not fit.
private struct Misfit: Error {
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}

extension FactoryString.Structure {
    fileprivate func check(dimension: Int, metric: Metric) throws(Misfit) {
        switch self {
        case .flat, .scalarQuantizer: break
        case .productQuantizer(let parts, _), .fastScan(let parts, _):
            try divides(parts, dimension, "PQ")
        case .refinedProductQuantizer(let parts, let refinement):
            try onlyL2(metric, "PQ…+…")
            try divides(parts, dimension, "PQ")
            try divides(refinement, dimension, "the second PQ")
        case .additive(let code): try code.check(dimension: dimension, metric: metric)
        case .signs: try onlyL2(metric, "LSH")
        case .graph(_, let rows), .spreadingGraph(_, let rows):
            if case .productQuantizer = rows { try onlyL2(metric, "a graph over PQ codes") }
            try rows.check(dimension: dimension, metric: metric)
        case .inverted(let lists, let rows):
            if case .pairs = lists {
                try onlyL2(metric, "IMI")
                try divides(2, dimension, "IMI")
            }
            if case .index(let count, let structure) = lists {
                try structure.check(dimension: dimension, metric: metric)
                // It learns from the centroids, of which there is one a list.
                let required = structure.requiredTrainingRows(dimension)
                guard required <= count else {
                    throw Misfit(
                        "\(structure) learns from \(required) lists and more, not \(count)"
                    )
                }
                try structure.checkOverLists(count, dimension: dimension)
            }
            try rows.check(dimension: dimension, metric: metric)
        case .transformed(let transform, let rest):
            try transform.check(dimension: dimension)
            try rest.check(dimension: transform.output(dimension), metric: metric)
        case .refined(let rest, let rows):
            try rest.check(dimension: dimension, metric: metric)
            try rows.check(dimension: dimension, metric: metric)
        case .labelled(let rest, _): try rest.check(dimension: dimension, metric: metric)
        }
    }

    /// Transforms over lists learn from the lists' centroids, and must give them back.
    private func checkOverLists(_ count: Int, dimension: Int) throws(Misfit) {
        guard case .transformed(let transform, let rest) = self else { return }
        guard transform.isReversible else {
            throw Misfit("\(transform) over lists cannot be undone")
        }
        let required = transform.requiredTrainingRows(dimension)
        // As many centroids as dimensions span one less.
        guard required <= 1 || required < count else {
            throw Misfit(
                "\(transform) over lists needs more than \(required) of them, not \(count)"
            )
        }
        try rest.checkOverLists(count, dimension: transform.output(dimension))
    }

    /// The greatest numbers that FAISS can work with.
    var magnitude: Float {
        switch self {
        case .additive: Limits.additiveMagnitude
        case .flat, .scalarQuantizer, .productQuantizer, .fastScan, .refinedProductQuantizer,
            .signs:
            Limits.magnitude
        case .graph(_, let rest), .spreadingGraph(_, let rest), .transformed(_, let rest),
            .labelled(let rest, _):
            rest.magnitude
        case .inverted(.residual, _): Limits.additiveMagnitude
        case .inverted(_, let rest): rest.magnitude
        case .refined(let rest, let rows): min(rest.magnitude, rows.magnitude)
        }
    }

    func requiredTrainingRows(_ dimension: Int) -> Int {
        switch self {
        case .flat, .scalarQuantizer(.float16): return 0
        case .scalarQuantizer: return 1
        case .productQuantizer(_, let bits): return 1 << bits
        case .fastScan: return 16
        case .refinedProductQuantizer: return 256
        case .additive(let code): return code.requiredTrainingRows(dimension)
        case .signs(_, let trained): return trained ? 1 : 0
        case .graph(_, let rows), .spreadingGraph(_, let rows):
            return rows.requiredTrainingRows(dimension)
        case .inverted(let lists, let rows):
            return max(
                lists.requiredTrainingRows(dimension),
                rows.requiredTrainingRows(dimension)
            )
        case .transformed(let transform, let rest):
            return max(
                transform.requiredTrainingRows(dimension),
                rest.requiredTrainingRows(transform.output(dimension))
            )
        case .refined(let rest, let rows):
            return max(rest.requiredTrainingRows(dimension), rows.requiredTrainingRows(dimension))
        case .labelled(let rest, _): return rest.requiredTrainingRows(dimension)
        }
    }
}

extension FactoryString.AdditiveCode {
    fileprivate func check(dimension: Int, metric: Metric) throws(Misfit) {
        try divides(parts, dimension, family.rawValue)
        guard isFastScan else { return }
        switch metric {
        case .l2 where norm != .residual && norm != .localSearch:
            throw Misfit("FastScan of additive codes under L2 needs _Nrq2x4 or _Nlsq2x4")
        case .innerProduct where norm != nil && norm != FactoryString.AdditiveCode.Norm.none:
            throw Misfit("FastScan of additive codes under inner product keeps no norms")
        default: break
        }
    }

    /// One row a centroid; norms as centroids want one a centroid, too.
    fileprivate func requiredTrainingRows(_ dimension: Int) -> Int {
        let ofNorms =
            switch norm {
            case .eightBitCentroid: 256
            case .fourBitCentroid, .localSearch: 16
            // Fewer than 39 a centroid, and FAISS would write a warning that nothing here can turn off.
            case .residual: 39 * 16
            case nil, .some(.none), .float, .eightBit, .fourBit: 1
            }
        // Residual steps start from the principal components of each part.
        let ofParts =
            switch family {
            case .residual, .productResidual: dimension / parts
            case .localSearch, .productLocalSearch: 1
            }
        return max(1 << widestBits, ofNorms, ofParts)
    }
}

extension FactoryString.Lists {
    fileprivate func requiredTrainingRows(_ dimension: Int) -> Int {
        switch self {
        case .flat(let count), .graph(let count, _): count
        case .index(let count, let structure): max(count, structure.requiredTrainingRows(dimension))
        case .residual(let stages): max(1 << (stages.map(\.bits).max() ?? 0), dimension)
        case .pairs(let bits): 1 << bits
        }
    }
}

extension FactoryString.Transform {
    /// The dimension of what comes out.
    func output(_ dimension: Int) -> Int {
        switch self {
        case .principalComponents(let output, _, _), .padding(let output): output
        case .productRotation(_, let output), .signRotation(let output),
            .randomRotation(let output):
            output ?? dimension
        case .normalization: dimension
        }
    }

    /// Whether what comes out determines what went in, up to dimensions that are dropped.
    fileprivate var isReversible: Bool {
        switch self {
        case .signRotation, .principalComponents(_, whitened: true, _): false
        case .principalComponents, .productRotation, .randomRotation, .normalization, .padding: true
        }
    }

    /// Throws `.unsupportedFactory` unless the transform takes rows of this dimension.
    func check(dimension: Int, in text: String) throws(FAISSError) {
        do throws(Misfit) {
            try check(dimension: dimension)
        } catch {
            throw .unsupportedFactory(text, reason: error.reason)
        }
    }

    fileprivate func check(dimension: Int) throws(Misfit) {
        let output = output(dimension)
        switch self {
        case .principalComponents: try narrows(output, dimension, "PCA")
        case .signRotation: try narrows(output, dimension, "ITQ")
        case .productRotation(let parts, _):
            try narrows(output, dimension, "OPQ output ")
            try divides(parts, output, "OPQ")
        case .randomRotation: try rotates(output, dimension, "RR")
        case .normalization: break
        case .padding:
            guard output >= dimension else {
                throw Misfit("Pad\(output) is less than the dimension \(dimension)")
            }
        }
    }

    /// Rows that training needs at least. Fewer than dimensions would leave components undefined.
    func requiredTrainingRows(_ dimension: Int) -> Int {
        switch self {
        case .principalComponents(let output, _, _): output
        // With fewer rows than dimensions FAISS writes past its matrices.
        case .productRotation: max(256, dimension)
        case .signRotation: dimension
        case .randomRotation: 1
        case .normalization, .padding: 0
        }
    }
}

private func divides(_ parts: Int, _ dimension: Int, _ name: String) throws(Misfit) {
    guard dimension.isMultiple(of: parts) else {
        throw Misfit("\(name) of \(parts) parts does not divide the dimension \(dimension)")
    }
}

private func onlyL2(_ metric: Metric, _ name: String) throws(Misfit) {
    guard metric == .l2 else { throw Misfit("\(name) is for L2 alone") }
}

private func rotates(_ output: Int, _ dimension: Int, _ name: String) throws(Misfit) {
    let limit = Limits.rotatedDimension.upperBound
    guard output <= limit, dimension <= limit else {
        throw Misfit("\(name) takes and gives dimensions up to \(limit)")
    }
}

private func narrows(_ output: Int, _ dimension: Int, _ name: String) throws(Misfit) {
    try rotates(output, dimension, name)
    guard output <= dimension else {
        throw Misfit("\(name)\(output) is more than the dimension \(dimension)")
    }
}
