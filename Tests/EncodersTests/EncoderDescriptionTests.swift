import Encoders
import Quiver
import TestSupport
import Testing

@Suite struct `The description of an encoder` {
    @Test func `is the folder alone where there is nothing else to say`() throws {
        #expect("\(EncoderDescription(folder: "/a b/c#d&e%26"))" == "/a b/c#d&e%26")
        #expect(
            try EncoderDescription(location: "/a b/c#d&e%26") == .init(folder: "/a b/c#d&e%26")
        )
    }

    @Test(arguments: ["/models/m", "/a#mode=b", "/x&y#z%25", ""])
    func `comes back from its text`(folder: String) throws {
        for mode in EncoderDescription.Mode.allCases {
            for count in [nil, 7] {
                for reduction in [nil, "/r/x=&#mode=%26.safetensors"] {
                    var description = EncoderDescription(folder: folder)
                    description.mode = mode
                    description.maximumTokenCount = count
                    description.prefixDimension = count.map { $0 * 2 }
                    description.reduction = reduction
                    description.includesSpecialTokens = count != nil
                    #expect(try EncoderDescription(location: "\(description)") == description)
                }
            }
        }
    }

    @Test(arguments: ["/a#mode=words", "/a#mode=tokens&depth=3", "/a#mode=tokens&length=x"])
    func `with unknown settings is refused`(location: String) {
        #expect(throws: EncoderError.self) { try EncoderDescription(location: location) }
    }

    @Test func `opens what it describes`() throws {
        let tiny = try TinyEncoder()
        var description = EncoderDescription(folder: tiny.folder.path)
        #expect(try description.open() is SentenceEncoder)
        description.includesSpecialTokens = true
        #expect(throws: EncoderError.self) { try description.open() }
        description.mode = .tokens
        description.maximumTokenCount = 9
        let encoder = try #require(try description.open() as? TokenEncoder)
        #expect(encoder.includesSpecialTokens && encoder.maximumTokenCount == 9)
        description.reduction = tiny.folder.file("nothing")
        #expect(throws: EncoderError.self) { try description.open() }
    }

    @Test func `has paths from the root where something is`() throws {
        let tiny = try TinyEncoder()
        var description = EncoderDescription(folder: tiny.folder.path + "/./")
        description.reduction = "no/such file"
        let absolute = description.withAbsolutePaths()
        #expect(!absolute.folder.hasSuffix("/") && absolute.folder.hasPrefix("/"))
        #expect(absolute.reduction == "no/such file")
    }
}

@Suite struct `An encoder with its description` {
    @Test func `makes the rows that a collection remembers`() throws {
        let tiny = try TinyEncoder()
        var description = EncoderDescription(folder: tiny.folder.path)
        let whole = try OpenedEncoder(description)
        #expect(whole.identity == whole.encoder.identity && whole.dimension == 12)
        #expect(whole.remembered.location == tiny.folder.path)
        description.prefixDimension = 5
        let opened = try OpenedEncoder(description)
        #expect(opened.dimension == 5 && opened.identity != whole.identity)
        #expect(opened.remembered.identity == opened.identity)
        description.prefixDimension = 13
        #expect(throws: EncoderError.prefixOutOfRange(found: 13, dimension: 12)) {
            _ = try OpenedEncoder(description)
        }
    }

    @Test func `makes queries' vectors of each text`() throws {
        let tiny = try TinyEncoder()
        var description = EncoderDescription(folder: tiny.folder.path)
        description.mode = .tokens
        let opened = try OpenedEncoder(description)
        let vectors = try opened.queryVectors(of: ["abc", "", "a"]) { _ in true }
        #expect(vectors.map(\.count) == [3, 0, 1])
        let alone = try opened.encoder.encode(["abc"], EncodingRequest(role: .query))
        #expect(vectors[0].flatMap { $0 } == alone.rows)
    }
}
