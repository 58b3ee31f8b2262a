extension FactoryString: CustomStringConvertible {
    /// The string in its one canonical form, which is also what FAISS is given.
    public var description: String {
        structure.description
    }
}

extension FactoryString.Structure: CustomStringConvertible {
    /// The structure in FAISS's notation.
    public var description: String {
        switch self {
        case .flat: "Flat"
        case .scalarQuantizer(let code): code.rawValue
        case .productQuantizer(let parts, let bits): bits == 8 ? "PQ\(parts)" : "PQ\(parts)x\(bits)"
        case .fastScan(let parts, let residual): "PQ\(parts)x4fs\(residual ? "r" : "")"
        case .refinedProductQuantizer(let parts, let refinement): "PQ\(parts)+\(refinement)"
        case .additive(let code): code.description
        case .signs(let rotated, let trained): "LSH\(rotated ? "r" : "")\(trained ? "t" : "")"
        case .graph(let M, let rows): "HNSW\(M),\(rows)"
        case .spreadingGraph(let R, let rows): "NSG\(R),\(rows)"
        case .inverted(let lists, let rows): "\(lists),\(rows)"
        case .transformed(let transform, let rest): "\(transform),\(rest)"
        case .refined(let rest, by: .flat): "\(rest),RFlat"
        case .refined(let rest, let rows): "\(rest),Refine(\(rows))"
        case .labelled(let rest, let reversible): "IDMap\(reversible ? "2" : ""),\(rest)"
        }
    }
}

extension FactoryString.Lists: CustomStringConvertible {
    /// The lists in FAISS's notation.
    public var description: String {
        switch self {
        case .flat(let count): "IVF\(count)"
        case .graph(let count, let M): "IVF\(count)_HNSW\(M)"
        case .index(let count, let structure): "IVF\(count)(\(structure))"
        case .residual(let stages): "IVF\(count)(RCQ\(stages.notation))"
        case .pairs(let bits): "IMI2x\(bits)"
        }
    }
}

extension FactoryString.AdditiveCode: CustomStringConvertible {
    /// The code in FAISS's notation.
    public var description: String {
        var text = family.rawValue
        switch family {
        case .residual, .localSearch: break
        case .productResidual, .productLocalSearch: text += "\(parts)x"
        }
        text += stages.notation
        // FAISS looks for the block size before a norm, so it is spelt out; 32 is the only one that Debian's build knows.
        if isFastScan { text += "fs\(isResidual ? "r" : "")\(norm == nil ? "" : "_32")" }
        return text + (norm?.rawValue ?? "")
    }
}

extension FactoryString.Transform: CustomStringConvertible {
    /// The transform in FAISS's notation.
    public var description: String {
        switch self {
        case .principalComponents(let dimension, let whitened, let rotated):
            "PCA\(whitened ? "W" : "")\(rotated ? "R" : "")\(dimension)"
        case .productRotation(let parts, let dimension):
            "OPQ\(parts)\(dimension.map { "_\($0)" } ?? "")"
        case .signRotation(let dimension): "ITQ\(dimension.map(String.init) ?? "")"
        case .randomRotation(let dimension): "RR\(dimension.map(String.init) ?? "")"
        case .normalization: "L2norm"
        case .padding(let dimension): "Pad\(dimension)"
        }
    }
}

extension [FactoryString.Stage] {
    fileprivate var notation: String {
        map { "\($0.count)x\($0.bits)" }.joined(separator: "_")
    }
}
