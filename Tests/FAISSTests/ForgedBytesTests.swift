import FAISS
import TestSupport
import Testing

private let rows = ClusteredRows(count: 640, dimension: 16, seed: 73)

private func made(_ factory: String) throws -> Index {
    try filled(factory, rows, .l2)
}

/// What a container, whose checksums are right, and FAISS's format, which has none, must not make FAISS's reader do.
@Suite struct `Forged bytes` {
    /// Kinds with the place of a number behind the four characters of a kind, how long it is, and what it is made.
    static let forgeries: [(factory: String, kind: String, offset: Int, bytes: [UInt8])] = [
        // Rows that are counted and labels that are not there.
        ("IDMap2,Flat", "IxM2", 8, [1]),
        // Codes that are no product codes under a graph that computes the distances of their centroids.
        ("HNSW8,PQ4", "IxPq", 0, Array("IxSQ".utf8)),
        ("HNSW8,SQ8", "IHNs", 0, Array("IHNp".utf8)),
        // Built, without links.
        ("NSG16,Flat", "INSf", 4 + 33 + 21 + 24, [1]),
        // More centroids than their codes can say.
        ("IVF16(RCQ2x2),Flat", "ImRQ", 8, [17]),
        ("IVF16(RCQ2x2),Flat", "ImRQ", 8, [1]),
        ("IMI2x2,SQ8", "Imiq", 8, [17]),
        // A dimension, a count, a metric.
        ("Flat", "IxF2", 4, [0, 0, 0, 0x80]), ("Flat", "IxF2", 4, [0, 0]),
        ("Flat", "IxF2", 8, [0, 0, 0, 0, 0, 0, 0, 0x80]), ("Flat", "IxF2", 33, [7]),
        // Lengths of 2^39.
        ("SQ8", "IxSQ", 37 + 28, [0, 0, 0, 0, 0x80]),
        ("HNSW8", "IHNf", 37, [0, 0, 0, 0, 0x80]),
        ("PCA8,Flat", "Pcam", 17, [0, 0, 0, 0, 0x80]),
        ("RQ2x4", "IxRq", 37 + 8, [0, 0, 0, 0, 0x80]),
        ("IVF8,Flat", "IwFl", 37, [0, 0, 0, 0, 0x80]),
        ("IVF8,Flat", "ilar", 4, [0, 0, 0, 0, 0x80]),
        // Parts by which the dimension is divided, and bits of which there are too many.
        ("PQ4x4", "IxPq", 37 + 8, [0]), ("PQ4x4", "IxPq", 37 + 8, [3]),
        ("PQ4x4", "IxPq", 37 + 16, [60]),
        // Lists in files, and none.
        ("IVF8,Flat", "ilar", 0, Array("ilod".utf8)), ("IVF8,Flat", "ilar", 0, Array("il00".utf8)),
        // Kinds that no factory string makes, and an index inside itself.
        ("Flat", "IxF2", 0, Array("IxLa".utf8)), ("IDMap,Flat", "IxF2", 0, Array("IxMp".utf8)),
        ("PCA8,Flat", "Pcam", 0, Array("VCnt".utf8)), ("ITQ8,LSH", "Viqm", 0, Array("Viqt".utf8)),
        // Neither yes nor no.
        ("Flat", "IxF2", 32, [2]),
    ]

    @Test(arguments: forgeries.indices)
    func `are refused before FAISS reads them`(number: Int) throws {
        let forgery = Self.forgeries[number]
        let index = try made(forgery.factory)
        var container = ContainerBytes(try index.serialized())
        let place = try #require(container.place(of: forgery.kind)) + forgery.offset
        container.bytes.replaceSubrange(place..<place + forgery.bytes.count, with: forgery.bytes)
        container.seal()
        let sealed = container.bytes
        expectMalformed { () throws(FAISSError) in _ = try Index(serialized: sealed) }

        var format = try index.faissBytes()
        let start = try #require(
            (0..<format.count - 4).first {
                format[$0..<$0 + 4].elementsEqual(forgery.kind.utf8)
            }
        )
        let range = start + forgery.offset..<start + forgery.offset + forgery.bytes.count
        // A graph that is built is nothing odd there.
        if format[range].elementsEqual(forgery.bytes) { return }
        format.replaceSubrange(range, with: forgery.bytes)
        let forged = format
        expectMalformed { () throws(FAISSError) in _ = try Index(trustingFAISSBytes: forged) }
    }

    @Test func `are refused with the place that is wrong`() throws {
        var format = try made("IVF8,Flat").faissBytes()
        // Behind FAISS's header the number of lists.
        format.replaceSubrange(37..<45, with: [0, 0, 0, 0, 0x80, 0, 0, 0])
        let forged = format
        #expect(
            throws: FAISSError.malformed(
                reason: "the number of lists is out of range (byte 45 in IwFl)"
            )
        ) {
            _ = try Index(trustingFAISSBytes: forged)
        }
    }

    /// What FAISS reads and cannot use: a number, counted from the start of a kind or from the end of the skeleton.
    static let contradictions: [(factory: String, kind: String?, offset: Int, bytes: [UInt8])] = [
        // Before its rows a graph has its entry point, highest level, efConstruction, efSearch and beam.
        ("HNSW8", "IxF2", -20, [0xFF, 0xFF, 0xFF, 0x7F]), ("HNSW8", "IxF2", -16, [9]),
        ("HNSW8", "IxF2", -12, [0, 0, 0, 0]), ("HNSW8", "IxF2", -8, [0, 0, 0, 0]),
        ("HNSW8", "IxF2", -8, [0xFF, 0xFF, 0xFF, 0x7F]), ("HNSW8", "IxF2", -4, [2]),
        ("HNSW8", "IHNf", 37, [0]),
        // GK; R, L, C and search_L.
        ("NSG16,Flat", "INSf", 37, [0]), ("NSG16,Flat", "INSf", 62, [3]),
        ("NSG16,Flat", "INSf", 66, [0]), ("NSG16,Flat", "INSf", 70, [0, 0, 0, 0x80]),
        ("NSG16,Flat", "INSf", 74, [0]),
        // The beam; the first number of the codebooks.
        ("RQ2x4", nil, -20, [0]), ("RQ2x4", nil, -20, [0, 0, 0, 0x80]),
        ("RQ2x4", "IxRq", 86, [0, 0, 0xC0, 0x7F]), ("RQ2x4", "IxRq", 86, [0, 0, 0x80, 0x7F]),
        // K; chunk size; iterations.
        ("LSQ2x4", nil, -85, [17]), ("LSQ2x4", nil, -37, [0, 0]), ("LSQ2x4", nil, -69, [0, 0, 1]),
        // M, code size and M2 of FastScan, and its block.
        ("RQ2x4fs_32_Nrq2x4", nil, -69, [2]), ("RQ2x4fs_32_Nrq2x4", nil, -45, [1]),
        ("RQ2x4fs_32_Nrq2x4", nil, -29, [2]), ("RQ2x4fs_32_Nrq2x4", nil, -77, [64]),
        ("PQ4x4fs", nil, -36, [14]), ("PQ4x4fs", nil, -32, [64]), ("PQ4x4fs", nil, -28, [1]),
        // k_factor and that of the other kind, and a beam over lists.
        ("IVF8,PQ4+4", nil, -4, [0, 0, 0, 0]), ("IVF8,PQ4+4", nil, -4, [0, 0, 0xC0, 0x7F]),
        ("SQ8,RFlat", nil, -4, [0, 0, 0, 0x7F]),
        // A search through codes that were renumbered; more or fewer bits than dimensions.
        ("PQ4x4", nil, -9, [2]),
        // Whitening over lists, which no factory string makes.
        ("IVF8(PCA4,Flat),SQ8", "Pcam", 4, [0, 0, 0, 0xBF]),
    ]

    @Test(arguments: contradictions.indices)
    func `that FAISS reads are refused if it cannot use them`(number: Int) throws {
        let (factory, kind, offset, bytes) = Self.contradictions[number]
        var container = ContainerBytes(try made(factory).serialized())
        let from = try kind.map { try #require(container.place(of: $0)) }
        let place = (from ?? container.skeleton.upperBound) + offset
        container.bytes.replaceSubrange(place..<place + bytes.count, with: bytes)
        container.seal()
        let sealed = container.bytes
        expectMalformed { () throws(FAISSError) in _ = try Index(serialized: sealed) }
    }

    @Test func `of a graph without rows have no entry point and no level`() throws {
        let index = try Index(dimension: 16, factory: "HNSW8,Flat", metric: .l2)
        for (offset, value) in [(-20, 0), (-16, 0), (-16, 5)] as [(Int, UInt8)] {
            var container = ContainerBytes(try index.serialized())
            let place = try #require(container.place(of: "IxF2")) + offset
            container.bytes.replaceSubrange(place..<place + 4, with: [value, 0, 0, 0])
            container.seal()
            let sealed = container.bytes
            expectMalformed { () throws(FAISSError) in _ = try Index(serialized: sealed) }
        }
    }

    /// Each byte of what FAISS reads is altered in some ways. What is read all the same is used.
    @Test(
        arguments: [
            "Flat", "SQ8", "LSHrt", "PQ2x2", "PQ4x4fs", "HNSW8,SQ8", "NSG16,Flat", "IVF8,Flat",
            "IVF8,PQ2x2", "IVF8,PQ4x4fsr", "IVF8,PQ2+2", "IVF16(RCQ2x2),Flat", "IMI2x2,SQ8",
            "PCA2,Flat", "OPQ2_2,Flat", "ITQ2,LSH", "IDMap2,Flat", "PQ2x2,RFlat", "RQ2x2",
            "RQ2x4fs_32_Nrq2x4", "LSQ2x2_Ncqint4", "PRQ2x2x2", "PLSQ2x2x2",
            "IVF8,PRQ2x1x4fsr_32_Nlsq2x4",
        ]
    )
    func `are refused or do no harm`(factory: String) throws {
        let rows = ClusteredRows(count: 640, dimension: 4, seed: 74)
        let container = ContainerBytes(try filled(factory, rows, .l2).serialized())
        for place in container.skeleton {
            for value in [0, 1, 0x7F, 0xFF] as [UInt8] where value != container.bytes[place] {
                var altered = container
                altered.bytes[place] = value
                altered.seal()
                do throws(FAISSError) {
                    let index = try Index(serialized: altered.bytes)
                    guard index.dimension == 4 else { continue }
                    _ = try index.search(Array(rows.values.prefix(8)), k: 5)
                    _ = try index.rangeSearch(Array(rows.values.prefix(8)), radius: 1)
                } catch {}
            }
        }
    }
}

private func expectMalformed(_ body: () throws(FAISSError) -> Void) {
    do throws(FAISSError) {
        try body()
        Issue.record("forged bytes were read")
    } catch {
        guard case .malformed = error else {
            Issue.record("\(error)")
            return
        }
    }
}
