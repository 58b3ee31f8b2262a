import JSON
import Testing
import Tokenizers

/// Every scalar, as Hugging Face's `tokenizers` 0.23.3 treats it.
@Suite struct Characters {
    private func ranges(_ name: String) throws -> Set<UInt32> {
        let ranges = try References.object("bert-characters.json")
        var scalars: Set<UInt32> = []
        for range in try #require(ranges[name]?.array) {
            let bounds = try #require(range.array).map { UInt32(try #require($0.int)) }
            scalars.formUnion(bounds[0]...bounds[1])
        }
        return scalars.intersection(Self.all)
    }

    private func checksums(_ name: String) throws -> [UInt64] {
        let file = try References.object("bert-characters.json")
        return try #require(file[name]?.array).compactMap { $0.string.flatMap { UInt64($0) } }
    }

    /// Of the planes that are all one category, a scalar now and then.
    private static let all = (UInt32(0)..<0x110000).filter { (value: UInt32) -> Bool in
        guard Unicode.Scalar(value) != nil else { return false }
        if value < 0x30000 || (0xE0000..<0xE1000).contains(value) { return true }
        return value % 61 == 0 || value & 0xFFFE == 0xFFFE
    }

    /// Normalises each scalar by itself.
    private func scalars(
        _ normalizer: BertNormalizer,
        where holds: (_ scalar: [UInt8], _ normal: [UInt8]) -> Bool
    ) -> Set<UInt32> {
        var found: Set<UInt32> = []
        var normal: [UInt8] = []
        for value in Self.all {
            let scalar = utf8(value)
            normal.removeAll(keepingCapacity: true)
            normalizer.normalize(scalar.span, into: &normal)
            if holds(scalar, normal) { found.insert(value) }
        }
        return found
    }

    private func utf8(_ value: UInt32) -> [UInt8] {
        Unicode.Scalar(value).map { Array(String($0).utf8) } ?? []
    }

    private func normalizer(
        cleansText: Bool = false,
        separatesIdeographs: Bool = false,
        stripsAccents: Bool = false,
        lowercases: Bool = false
    ) -> BertNormalizer {
        BertNormalizer(
            cleansText: cleansText,
            separatesIdeographs: separatesIdeographs,
            stripsAccents: stripsAccents,
            lowercases: lowercases
        )
    }

    @Test func `cleaning removes and replaces the same scalars`() throws {
        let cleaning = normalizer(cleansText: true)
        #expect(scalars(cleaning) { $1.isEmpty } == (try ranges("removed")))
        #expect(scalars(cleaning) { $1 == [0x20] } == (try ranges("cleanedToSpace")))
        let removed = try ranges("removed").union(try ranges("cleanedToSpace")).subtracting([0x20])
        #expect(scalars(cleaning) { $0 != $1 } == removed)
    }

    @Test func `the same ideographs are separated`() throws {
        let separating = normalizer(separatesIdeographs: true)
        let separated = scalars(separating) { $1 == [0x20] + $0 + [0x20] }
        #expect(separated == (try ranges("separated")))
        #expect(scalars(separating) { $0 != $1 } == separated)
    }

    @Test func `the same scalars are split off or away`() throws {
        let preTokenizer = BertPreTokenizer()
        var spaces: Set<UInt32> = []
        var punctuation: Set<UInt32> = []
        for value in Self.all {
            let text = [0x61] + utf8(value) + [0x62]
            var offset = 0
            var words: [Range<Int>] = []
            while let word = preTokenizer.nextWord(in: text.span, at: &offset) {
                words.append(word)
            }
            if words.count == 2 { spaces.insert(value) }
            if words.count == 3 { punctuation.insert(value) }
        }
        #expect(spaces == (try ranges("space")))
        #expect(punctuation == (try ranges("punctuation")))
    }

    @Test func `accents are stripped from the same scalars and leave the same`() throws {
        let stripping = normalizer(stripsAccents: true)
        #expect(scalars(stripping) { $1.isEmpty } == (try ranges("stripped")))
        for (block, expected) in try checksums("strippedChecksums").enumerated()
        where block < 0x30 || block == 0xE0 {
            let found = checksum(stripping, UInt32(block) * 0x1000, count: 0x1000)
            #expect(found == expected, "from U+\(String(block * 0x1000, radix: 16))")
        }
    }

    @Test func `scalars have the same lower case`() throws {
        let lowercasing = normalizer(lowercases: true)
        for (block, expected) in try checksums("lowercasedChecksums").enumerated() {
            let found = checksum(lowercasing, UInt32(block) * 0x400, count: 0x400)
            #expect(found == expected, "from U+\(String(block * 0x400, radix: 16))")
        }
    }

    @Test(arguments: [
        ("a\u{1D16D}\u{1D165}b", "a\u{1D165}\u{1D16D}b"),
        ("a\u{1D16D}\u{301}\u{1D165}b", "a\u{1D165}\u{1D16D}b"),
        ("a\u{1D16D}\u{34F}\u{1D165}b", "a\u{1D16D}\u{1D165}b"),
        ("a\u{302F}\u{1B44}\u{302E}b", "a\u{1B44}\u{302F}\u{302E}b"),
        ("\u{302E}\u{302F}\u{1BAA}", "\u{1BAA}\u{302E}\u{302F}"),
        ("\u{1D16D}\u{4E2D}\u{302E}\u{1B44}", "\u{1D16D} \u{4E2D} \u{1B44}\u{302E}"),
        ("\u{302E}\u{E31}\u{1B44}", "\u{302E}\u{1B44}"),
    ])
    func `combining scalars that stay come in canonical order`(text: String, expected: String) {
        var normal: [UInt8] = []
        normalizer(separatesIdeographs: true, stripsAccents: true)
            .normalize(Array(text.utf8).span, into: &normal)
        #expect(normal == Array(expected.utf8))
    }

    /// FNV-1a over the normal forms of the scalars of a block, each followed by 0xFF.
    private func checksum(_ normalizer: BertNormalizer, _ start: UInt32, count: UInt32) -> UInt64 {
        var hash: UInt64 = 14_695_981_039_346_656_037
        var normal: [UInt8] = []
        for value in start..<start + count where Unicode.Scalar(value) != nil {
            normal.removeAll(keepingCapacity: true)
            normalizer.normalize(utf8(value).span, into: &normal)
            for byte in normal + [0xFF] { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
        }
        return hash
    }
}
