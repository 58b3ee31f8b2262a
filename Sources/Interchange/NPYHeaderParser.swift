/// What the dictionary of an `.npy` file says.
struct NPYHeader: Equatable {
    var type: String
    var isFortranOrder: Bool
    var shape: [Int]
}

/// Reads the Python dictionary at the beginning of an `.npy` file: the literals that NumPy writes, in any
/// order and spacing, and nothing else of Python.
struct NPYHeaderParser {
    struct Failure: Error {
        var offset: Int
        var reason: String
    }

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func parse() throws(Failure) -> NPYHeader {
        var type: String?
        var isFortranOrder: Bool?
        var shape: [Int]?
        try expect("{")
        while !take("}") {
            let nameOffset = position
            let name = try string()
            try expect(":")
            let isRepeated: Bool
            switch name {
            case "descr":
                isRepeated = type != nil
                type = try typeName()
            case "fortran_order":
                isRepeated = isFortranOrder != nil
                isFortranOrder = try bool()
            case "shape":
                isRepeated = shape != nil
                shape = try tuple()
            default: throw Failure(offset: nameOffset, reason: "unknown entry '\(name)'")
            }
            guard !isRepeated else {
                throw Failure(offset: nameOffset, reason: "a second entry '\(name)'")
            }
            guard take(",") || peek() == UInt8(ascii: "}") else {
                throw unexpected("',' or '}'")
            }
        }
        skipSpace()
        guard position == bytes.count else { throw unexpected("the end of the header") }
        guard let type else { throw missing("descr") }
        guard let isFortranOrder else { throw missing("fortran_order") }
        guard let shape else { throw missing("shape") }
        return NPYHeader(type: type, isFortranOrder: isFortranOrder, shape: shape)
    }

    /// A string, or whatever stands for a structured type, so that the message can name it.
    private mutating func typeName() throws(Failure) -> String {
        guard peek() == UInt8(ascii: "[") else { return try string() }
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "]") { position += 1 }
        guard take("]") else { throw unexpected("']'") }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func string() throws(Failure) -> String {
        guard let quote = peek(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            throw unexpected("a string")
        }
        let start = position + 1
        guard let end = bytes[start...].firstIndex(of: quote) else {
            throw Failure(offset: position, reason: "a string does not end")
        }
        position = end + 1
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    private mutating func bool() throws(Failure) -> Bool {
        skipSpace()
        for (word, value) in [("True", true), ("False", false)]
        where bytes[position...].starts(with: word.utf8) {
            position += word.utf8.count
            return value
        }
        throw unexpected("True or False")
    }

    private mutating func tuple() throws(Failure) -> [Int] {
        var numbers: [Int] = []
        try expect("(")
        while !take(")") {
            numbers.append(try number())
            guard take(",") || peek() == UInt8(ascii: ")") else { throw unexpected("',' or ')'") }
        }
        return numbers
    }

    private mutating func number() throws(Failure) -> Int {
        skipSpace()
        let start = position
        var value = 0
        while position < bytes.count, case let digit = bytes[position] &- UInt8(ascii: "0"),
            digit < 10
        {
            let (tens, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = tens.addingReportingOverflow(Int(digit))
            guard !overflowed, !carried else {
                throw Failure(offset: start, reason: "a number does not fit into 64 bits")
            }
            value = sum
            position += 1
        }
        guard position > start else { throw unexpected("a number") }
        // Python 2 wrote long integers so.
        if position < bytes.count, bytes[position] == UInt8(ascii: "L") { position += 1 }
        return value
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(Failure) {
        guard take(character) else { throw unexpected("'\(character)'") }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func peek() -> UInt8? {
        skipSpace()
        return position < bytes.count ? bytes[position] : nil
    }

    private mutating func skipSpace() {
        while position < bytes.count, bytes[position] == 0x20 || 0x09...0x0D ~= bytes[position] {
            position += 1
        }
    }

    private func unexpected(_ expected: String) -> Failure {
        let found =
            position < bytes.count
            ? "byte 0x\(String(bytes[position], radix: 16, uppercase: true))" : "the end"
        return Failure(offset: position, reason: "expected \(expected), found \(found)")
    }

    private func missing(_ name: String) -> Failure {
        Failure(offset: 0, reason: "there is no entry '\(name)'")
    }
}
