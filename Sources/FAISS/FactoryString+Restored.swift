internal import CFAISS

extension FactoryString {
    /// The factory string of an index that was read from bytes.
    ///
    /// - Parameters:
    ///   - stored: What its container says; empty if it says nothing.
    ///   - described: What was read off the index; empty if it has a rotation whose parts only a container keeps.
    /// - Returns: Nil if neither is known.
    /// - Throws: `.malformed` if no factory string makes such an index, or the container says another than it is made of.
    static func restored(
        stored: String,
        described: String,
        dimension: Int,
        metric: Metric
    ) throws(FAISSError) -> FactoryString? {
        let found = fitting(described, dimension, metric)
        guard found != nil || described.isEmpty else {
            throw .malformed(reason: "\"\(described)\" is no index that a factory string makes")
        }
        guard !stored.isEmpty else { return found }
        guard let named = fitting(stored, dimension, metric), named.description == stored,
            let found,
            named.structure.normalized(dimension, metric)
                == found.structure.normalized(dimension, metric)
        else {
            throw .malformed(reason: "\"\(stored)\" is not what the index is made of")
        }
        return named
    }

    /// What `text` says, if it is a factory string that fits.
    private static func fitting(
        _ text: String,
        _ dimension: Int,
        _ metric: Metric
    ) -> FactoryString? {
        do throws(FAISSError) {
            let factory = try FactoryString(text)
            try factory.check(dimension: dimension, metric: metric)
            return factory
        } catch {
            return nil
        }
    }
}

/// What C writes as text of at most 1,023 bytes.
func text(
    _ write: (UnsafeMutablePointer<CChar>, Int) -> cfaiss_status
) throws(FAISSError) -> String {
    var characters = [CChar](repeating: 0, count: 1_024)
    var status = CFAISS_OK
    characters.withUnsafeMutableBufferPointer { buffer in
        guard let start = buffer.baseAddress else { return }
        status = write(start, buffer.count)
    }
    try check(status)
    let bytes = characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(decoding: bytes, as: UTF8.self)
}

extension FactoryString.Structure {
    /// The structure without what goes without saying, so that two ways to write one index are equal.
    fileprivate func normalized(_ dimension: Int, _ metric: Metric) -> Self {
        switch self {
        case .flat, .scalarQuantizer, .productQuantizer, .fastScan, .refinedProductQuantizer,
            .signs:
            self
        case .additive(let code): .additive(code.normalized(metric))
        case .graph(let M, let rows): .graph(M: M, rows.normalized(dimension, metric))
        case .spreadingGraph(let R, let rows):
            .spreadingGraph(R: R, rows.normalized(dimension, metric))
        case .inverted(let lists, let rows):
            .inverted(lists.normalized(dimension, metric), rows.normalized(dimension, metric))
        case .transformed(let transform, let rest):
            .transformed(
                transform.normalized(dimension),
                rest.normalized(transform.output(dimension), metric)
            )
        case .refined(let rest, let rows):
            .refined(
                rest.normalized(dimension, metric),
                by: rows.normalized(dimension, metric)
            )
        case .labelled(let rest, let reversible):
            .labelled(rest.normalized(dimension, metric), reversible: reversible)
        }
    }
}

extension FactoryString.Lists {
    fileprivate func normalized(_ dimension: Int, _ metric: Metric) -> Self {
        switch self {
        case .flat, .graph, .pairs: self
        case .index(let count, .graph(let M, .flat)): .graph(count: count, M: M)
        case .index(let count, let structure):
            .index(count: count, structure.normalized(dimension, metric))
        case .residual(let stages): .residual(stages.merged)
        }
    }
}

extension FactoryString.Transform {
    fileprivate func normalized(_ dimension: Int) -> Self {
        switch self {
        case .productRotation(let parts, dimension):
            .productRotation(parts: parts, dimension: nil)
        case .randomRotation(dimension): .randomRotation(dimension: nil)
        case .principalComponents, .productRotation, .signRotation, .randomRotation, .normalization,
            .padding:
            self
        }
    }
}

extension FactoryString.AdditiveCode {
    fileprivate func normalized(_ metric: Metric) -> Self {
        let keepsNothing = metric == .innerProduct && norm == FactoryString.AdditiveCode.Norm.none
        return Self(
            family: family,
            parts: parts,
            stages: stages.merged,
            norm: keepsNothing ? nil : norm,
            isFastScan: isFastScan,
            isResidual: isResidual
        )
    }
}

extension [FactoryString.Stage] {
    /// Steps that are alike, together.
    fileprivate var merged: [FactoryString.Stage] {
        reduce(into: []) { result, stage in
            guard let last = result.last, last.bits == stage.bits else {
                result.append(stage)
                return
            }
            result[result.count - 1] = FactoryString.Stage(
                count: last.count + stage.count,
                bits: last.bits
            )
        }
    }
}
