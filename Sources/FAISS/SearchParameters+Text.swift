extension SearchParameters {
    /// Reads FAISS's notation: `nprobe=16,efSearch=64,k_factor_rf=4`, of the names `nprobe`, `max_codes`, `efSearch`,
    /// `quantizer_efSearch`, `k_factor_rf` and `k_factor`; `max_codes=0` is no limit.
    ///
    /// - Throws: `.malformedParameters` for an unknown name, one that stands twice, or a value that is no number;
    ///   `.outOfRange`.
    public init(_ text: String) throws(FAISSError) {
        self.init()
        var seen: Set<Substring> = []
        guard !text.isEmpty else { return }
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", omittingEmptySubsequences: false)
            guard sides.count == 2 else {
                throw .malformedParameters(text, reason: "\"\(part)\" is not name=value")
            }
            let name = sides[0] == "k_factor" ? "k_factor_rf" : sides[0]
            guard seen.insert(name).inserted else {
                throw .malformedParameters(text, reason: "\(sides[0]) stands twice")
            }
            switch name {
            case "nprobe": nprobe = try number(sides[1], of: name, in: text, from: 1)
            case "max_codes":
                let value = try number(sides[1], of: name, in: text, from: 0)
                maxCodes = value == 0 ? nil : value
            case "efSearch": efSearch = try number(sides[1], of: name, in: text, from: 1)
            case "quantizer_efSearch":
                quantizerEfSearch = try number(sides[1], of: name, in: text, from: 1)
            case "k_factor_rf":
                guard let value = Float(sides[1]), value.isFinite else {
                    throw .malformedParameters(text, reason: "\"\(sides[1])\" is no number")
                }
                guard value >= 1 else {
                    throw .malformedParameters(text, reason: "\(name) is less than 1")
                }
                kFactor = value
            default:
                throw .malformedParameters(text, reason: "\"\(name)\" is no parameter of a search")
            }
        }
    }
}

private func number(
    _ digits: Substring,
    of name: Substring,
    in text: String,
    from least: Int
) throws(FAISSError) -> Int {
    guard !digits.isEmpty, digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let value = Int(digits)
    else {
        throw .malformedParameters(text, reason: "\"\(digits)\" is no number")
    }
    try check(String(name), value, in: least...Int.max)
    return value
}

extension SearchParameters: CustomStringConvertible {
    /// The parameters in FAISS's notation; the selector is left out.
    public var description: String {
        var parts: [String] = []
        if let nprobe { parts.append("nprobe=\(nprobe)") }
        if let maxCodes { parts.append("max_codes=\(maxCodes)") }
        if let efSearch { parts.append("efSearch=\(efSearch)") }
        if let quantizerEfSearch { parts.append("quantizer_efSearch=\(quantizerEfSearch)") }
        if let kFactor { parts.append("k_factor_rf=\(kFactor)") }
        return parts.joined(separator: ",")
    }
}
