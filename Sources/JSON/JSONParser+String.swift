extension JSONParser {
    /// Reads a string whose opening quote is at `position`.
    mutating func parseString(_ bytes: Span<UInt8>) throws(Failure) -> String {
        let start = position + 1
        var end = start
        var hasEscapes = false
        scan: while true {
            guard end < bytes.count else { throw self.end(bytes) }
            switch bytes[end] {
            case UInt8(ascii: "\""): break scan
            case UInt8(ascii: "\\"):
                // Whatever is escaped, it is looked at below; a quote there does not end the string.
                hasEscapes = true
                end += 2
            case 0..<0x20: throw Failure(problem: .controlCharacter(bytes[end]), byteOffset: end)
            default: end += 1
            }
        }
        let string: String
        do {
            // Escapes are ASCII, so what is valid with them is valid without.
            let text = try UTF8Span(validating: bytes.extracting(start..<end))
            if hasEscapes {
                try unescape(bytes, from: start, to: end)
                string = String(decoding: scratch, as: UTF8.self)
            } else {
                string = String(copying: text)
            }
        } catch let error as UTF8.ValidationError {
            throw Failure(problem: .invalidUTF8, byteOffset: start + error.byteOffsets.lowerBound)
        } catch let error as Failure {
            throw error
        } catch {
            throw Failure(problem: .invalidUTF8, byteOffset: start)
        }
        position = end + 1
        return string
    }

    private mutating func unescape(
        _ bytes: Span<UInt8>,
        from start: Int,
        to end: Int
    ) throws(Failure) {
        scratch.removeAll(keepingCapacity: true)
        var offset = start
        while offset < end {
            guard bytes[offset] == UInt8(ascii: "\\") else {
                scratch.append(bytes[offset])
                offset += 1
                continue
            }
            let escape = offset
            offset += 2
            switch bytes[escape + 1] {
            case UInt8(ascii: "\""): scratch.append(UInt8(ascii: "\""))
            case UInt8(ascii: "\\"): scratch.append(UInt8(ascii: "\\"))
            case UInt8(ascii: "/"): scratch.append(UInt8(ascii: "/"))
            case UInt8(ascii: "b"): scratch.append(0x08)
            case UInt8(ascii: "f"): scratch.append(0x0C)
            case UInt8(ascii: "n"): scratch.append(UInt8(ascii: "\n"))
            case UInt8(ascii: "r"): scratch.append(UInt8(ascii: "\r"))
            case UInt8(ascii: "t"): scratch.append(UInt8(ascii: "\t"))
            case UInt8(ascii: "u"):
                let unit = try codeUnit(bytes, at: escape, end: end)
                offset += 4
                var code = UInt32(unit)
                if UTF16.isLeadSurrogate(unit), offset + 1 < end,
                    bytes[offset] == UInt8(ascii: "\\"), bytes[offset + 1] == UInt8(ascii: "u")
                {
                    let trail = try codeUnit(bytes, at: offset, end: end)
                    if UTF16.isTrailSurrogate(trail) {
                        code = 0x10000 + (code - 0xD800) << 10 + (UInt32(trail) - 0xDC00)
                        offset += 6
                    }
                }
                guard let scalar = Unicode.Scalar(code) else {
                    throw Failure(problem: .loneSurrogate(unit), byteOffset: escape)
                }
                scratch.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            default:
                throw Failure(problem: .invalidEscape, byteOffset: escape)
            }
        }
    }

    /// The UTF-16 code unit of the `\uXXXX` at `offset`.
    private func codeUnit(
        _ bytes: Span<UInt8>,
        at offset: Int,
        end: Int
    ) throws(Failure) -> UInt16 {
        guard offset + 6 <= end else { throw Failure(problem: .invalidEscape, byteOffset: offset) }
        var unit: UInt16 = 0
        for digitOffset in offset + 2..<offset + 6 {
            let digit: UInt8
            switch bytes[digitOffset] {
            case let byte where 0x30...0x39 ~= byte: digit = byte - 0x30
            case let byte where 0x41...0x46 ~= byte: digit = byte - 0x41 + 10
            case let byte where 0x61...0x66 ~= byte: digit = byte - 0x61 + 10
            default: throw Failure(problem: .invalidEscape, byteOffset: offset)
            }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}
