import JSON
import TestSupport
import Testing

@Suite struct `Damaged texts` {
    /// Whatever the damage, reading ends with a value that can be written and read again, or an error
    /// inside the text.
    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func `never trap`(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        for _ in 0..<20 {
            let original = Array(try randomValue(depth: 4, &generator).serialized().utf8)
            for _ in 0..<20 {
                var bytes = original
                for _ in 0..<Int.random(in: 1..<4, using: &generator) {
                    damage(&bytes, &generator)
                }
                do {
                    let value = try JSONValue(parsing: bytes)
                    let again = try JSONValue(parsing: try value.serialized())
                    #expect(again == value, "seed \(seed)")
                } catch {
                    guard case .malformed(_, let position) = error else {
                        Issue.record("seed \(seed): \(error)")
                        continue
                    }
                    #expect(0...bytes.count ~= position.byteOffset, "seed \(seed): \(error)")
                }
            }
        }
    }

    @Test func `every beginning of a text is refused`() throws {
        let text = Array(#"{"a":[1,2.5e3,"\uD834\uDD1Eé",true,null,{}],"b":-0.1}"#.utf8)
        _ = try JSONValue(parsing: text)
        for count in text.indices {
            #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text[..<count])) }
        }
    }

    private func damage(_ bytes: inout [UInt8], _ generator: inout SplitMix64) {
        let position = Int.random(in: 0...bytes.count, using: &generator)
        let interesting = Array("{}[]\",:\\u0123456789eE+-.dD8cC \n\u{E9}".utf8)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0 where position < bytes.count: bytes.remove(at: position)
        case 1: bytes.insert(interesting.randomElement(using: &generator) ?? 0, at: position)
        case 2: bytes.insert(.random(in: 0...255, using: &generator), at: position)
        case 3 where position < bytes.count:
            bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 4: bytes.removeSubrange(position...)
        default: bytes += bytes[position...].prefix(50)
        }
    }
}
