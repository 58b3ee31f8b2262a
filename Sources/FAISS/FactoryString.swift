/// What an index is made of, in FAISS's own notation: `Flat`, `IVF256,Flat`, `IVF256,SQ8`, `HNSW32`, `HNSW32,Flat`.
///
/// FAISS divides by zero, aborts or runs for ever on some strings (`IVF0`, `HNSW0`, …), so a string reaches it only
/// as the description of a value of this type, which holds nothing out of range.
public struct FactoryString: Sendable, Equatable {
    /// The kinds of index, each around the one that stores its rows.
    public indirect enum Structure: Sendable, Equatable {
        /// Rows as float32, compared one by one.
        case flat
        /// Rows as one byte a dimension, between the least and the greatest value seen in training.
        case scalarQuantizer
        /// Rows in lists, one a k-means centroid, of which a search visits the `nprobe` nearest.
        case inverted(listCount: Int, Structure)
        /// A HNSW graph over the rows.
        case graph(M: Int, Structure)
    }

    /// What the string stands for.
    public let structure: Structure

    /// Reads `text`; throws `.unsupportedFactory` with the reason for everything that this module does not build.
    public init(_ text: String) throws(FAISSError) {
        var parser = Parser(text)
        structure = try parser.parse()
    }

    init(_ structure: Structure) {
        self.structure = structure
    }

    /// Rows that training needs at least; 0 for an index that needs no training.
    var requiredTrainingRows: Int {
        switch structure {
        case .flat, .graph: 0
        case .scalarQuantizer: 1
        case .inverted(let listCount, _): listCount
        }
    }
}

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
        case .scalarQuantizer: "SQ8"
        case .inverted(let listCount, let rows): "IVF\(listCount),\(rows)"
        case .graph(let M, let rows): "HNSW\(M),\(rows)"
        }
    }
}

/// The grammar:
///
///     factory   = "Flat" / inverted / graph
///     inverted  = "IVF" number "," ("Flat" / "SQ8")
///     graph     = "HNSW" number ["," "Flat"]
///     number    = 1*9DIGIT            ; in range, without a leading 0
private struct Parser {
    private let text: String
    private var components: ArraySlice<Substring>

    init(_ text: String) {
        self.text = text
        components = text.split(separator: ",", omittingEmptySubsequences: false)[...]
    }

    mutating func parse() throws(FAISSError) -> FactoryString.Structure {
        let first = components.removeFirst()
        let structure: FactoryString.Structure
        if first == "Flat" {
            structure = .flat
        } else if let digits = first.suffix(after: "IVF") {
            let listCount = try number(digits, named: "the number of lists", in: Limits.listCount)
            structure = .inverted(
                listCount: listCount,
                try storage(or: ["Flat", "SQ8"], in: first)
            )
        } else if let digits = first.suffix(after: "HNSW") {
            let M = try number(digits, named: "M", in: Limits.M)
            structure = .graph(
                M: M,
                components.isEmpty ? .flat : try storage(or: ["Flat"], in: first)
            )
        } else {
            throw failure("starts with none of Flat, IVF and HNSW")
        }
        if let rest = components.first { throw failure("\"\(rest)\" is one part too many") }
        return structure
    }

    /// The component that says how rows are stored, one of `allowed`.
    private mutating func storage(
        or allowed: [String],
        in kind: Substring
    ) throws(FAISSError) -> FactoryString.Structure {
        let choices = allowed.joined(separator: " or ")
        guard let component = components.popFirst() else {
            throw failure("\(kind) is to be followed by \(choices)")
        }
        guard allowed.contains(String(component)) else {
            throw failure("\(kind) is to be followed by \(choices), not \"\(component)\"")
        }
        return component == "Flat" ? .flat : .scalarQuantizer
    }

    private func number(
        _ digits: Substring,
        named name: String,
        in range: ClosedRange<Int>
    ) throws(FAISSError) -> Int {
        let isNumber =
            !digits.isEmpty
            && digits.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        guard isNumber else { throw failure("\(name) is missing or no number") }
        guard digits.utf8.count == 1 || digits.utf8.first != UInt8(ascii: "0") else {
            throw failure("\(name) starts with 0")
        }
        guard digits.utf8.count <= 9, let value = Int(digits), range.contains(value) else {
            throw failure("\(name) is to be \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    private func failure(_ reason: String) -> FAISSError {
        .unsupportedFactory(text, reason: reason)
    }
}

extension Substring {
    fileprivate func suffix(after prefix: String) -> Substring? {
        hasPrefix(prefix) ? dropFirst(prefix.count) : nil
    }
}
