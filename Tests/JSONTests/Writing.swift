import JSON
import TestSupport
import Testing

@Suite struct Writing {
    @Test func `pieces make a text`() throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("key")
        writer.integer(UInt64.max)
        writer.name("hits")
        writer.beginArray()
        writer.beginObject()
        writer.endObject()
        try writer.float(0.1)
        try writer.double(-2)
        writer.beginArray()
        writer.endArray()
        writer.null()
        writer.bool(true)
        writer.endArray()
        writer.name("text")
        writer.string("é\u{0}\u{1F}\"\\/\n\r\t\u{7F}𝄞")
        writer.endObject()
        writer.newline()
        writer.integer(-7)
        let first = #"{"key":18446744073709551615,"hits":[{},0.1,-2.0,[],null,true],"#
        let second = #""text":"é\u0000\u001f\"\\/\n\r\t"# + "\u{7F}𝄞\"}\n-7"
        #expect(writer.text == first + second)
        writer.removeAll()
        writer.string("")
        #expect(writer.text == "\"\"")
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func `numbers that JSON lacks are refused`(number: Double) {
        var writer = JSONWriter()
        #expect(throws: JSONError.self) { try writer.double(number) }
        #expect(throws: JSONError.self) { try writer.float(Float(number)) }
        #expect(throws: JSONError.self) { try JSONValue.array([.number(number)]).serialized() }
        #expect(writer.bytes.isEmpty)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `a random value reads back as itself`(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        for _ in 0..<50 {
            let value = randomValue(depth: 4, &generator)
            let text = try value.serialized()
            #expect(try JSONValue(parsing: text) == value, "seed \(seed): \(text)")
        }
    }

    @Test(arguments: [1] as [UInt64])
    func `a float reads back as itself`(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        for _ in 0..<5000 {
            let float = Float(bitPattern: UInt32.random(in: 0...(.max), using: &generator))
            guard float.isFinite else { continue }
            var writer = JSONWriter()
            try writer.float(float)
            let read = try #require(try JSONValue(parsing: writer.bytes).double)
            #expect(Float(read).bitPattern == float.bitPattern)
        }
    }
}

func randomValue(depth: Int, _ generator: inout SplitMix64) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
    case 0: return .null
    case 1: return .bool(.random(using: &generator))
    case 2:
        return .integer(
            .random(in: .min ... .max, using: &generator)
                >> Int64.random(in: 0..<64, using: &generator)
        )
    case 3: return .unsigned(.random(in: (1 << 63)...(.max), using: &generator))
    case 4:
        let number = Double(bitPattern: .random(in: 0...(.max), using: &generator))
        return .number(number.isFinite ? number : -0.0)
    case 5: return .string(randomString(&generator))
    case 6:
        let count = Int.random(in: 0..<6, using: &generator)
        return .array((0..<count).map { _ in randomValue(depth: depth - 1, &generator) })
    default:
        var object = JSONObject()
        for _ in 0..<Int.random(in: 0..<20, using: &generator) {
            object.insert(randomString(&generator), randomValue(depth: depth - 1, &generator))
        }
        return .object(object)
    }
}

private func randomString(_ generator: inout SplitMix64) -> String {
    var scalars = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0..<12, using: &generator) {
        let limit: UInt32 =
            [0x30, 0x80, 0x800, 0x10000, 0x110000].randomElement(using: &generator) ?? 0
        if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &generator)) {
            scalars.append(scalar)
        }
    }
    return String(scalars)
}
