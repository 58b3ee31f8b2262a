import JSON
import TestSupport
import Testing

@Suite struct `Number rounding` {
    /// Halfway cases and others on which naive conversions fail.
    @Test(arguments: [
        "9007199254740993", "9007199254740993.0", "9007199254740992.9999999999999999999",
        "9007199254740993.00000000000000000000000001", "1.00000000000000011102230246251565",
        "2.2250738585072011e-308", "2.2250738585072014e-308", "4.9406564584124654e-324",
        "2.4703282292062327e-324", "2.4703282292062328e-324",
        "0.500000000000000166533453693773481063544750213623046875",
        "3.518437208883201171875e13", "62.5364939768271845828", "8.10109172351e-10",
        "1.50000000000000011102230246251565",
        "9214843084008499.0e0", "30078505129381147446200e0", "1777820000000000000001e0", "1e23",
        "8.5e22",
        "18446744073709551615e27", "18446744073709551615e-27", "1e27", "1e-27", "1e28", "1e-28",
        "0.012345678955888748", "-0.07352941483259201", "123456789012345678901234567890",
        "1.7976931348623158e308", "6929495644600919.5e0", "3.7455744005952583e15",
    ])
    func `hard numbers are correctly rounded`(text: String) throws {
        try expectCorrect(text)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `random numbers are correctly rounded`(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        for _ in 0..<3000 {
            let mantissa =
                UInt64.random(in: 0...(.max), using: &generator)
                >> UInt64.random(in: 0..<64, using: &generator)
            let exponent = Int.random(in: -40...40, using: &generator)
            try expectCorrect("\(mantissa)e\(exponent)")
            // Half a unit in the last place of a double, and a hair beside it.
            let double = Double(bitPattern: UInt64.random(in: 0...(.max), using: &generator))
            if double.isFinite { try expectCorrect("\(double)") }
            let small = (1 << 53 | mantissa >> 11) << 1 | 1
            try expectCorrect("\(small).0")
            try expectCorrect("\(small).000000000000000000001")
        }
    }

    @Test func `a number may have a million digits`() throws {
        let zeros = String(repeating: "0", count: 1_000_000)
        #expect(try JSONValue(parsing: "0.\(zeros)1") == .number(0))
        #expect(try JSONValue(parsing: "1\(zeros)e-1000000") == .number(1))
        #expect(throws: JSONError.self) { try JSONValue(parsing: "1\(zeros)") }
    }

    private func expectCorrect(_ text: String) throws {
        let expected = try #require(Double(text))
        let found = try JSONValue(parsing: text)
        #expect(
            found.double?.bitPattern == expected.bitPattern,
            "\(text): \(found), not \(expected)"
        )
    }
}
