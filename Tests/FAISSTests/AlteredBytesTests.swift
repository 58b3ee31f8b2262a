import FAISS
import TestSupport
import Testing

private let rows = ClusteredRows(count: 300, dimension: 24, seed: 71)

private func made(_ factory: String) throws -> Index {
    try filled(factory, rows, .l2)
}

@Suite struct `Bytes of a container` {
    @Test(arguments: ["Flat", "IVF8,SQ8", "HNSW8,SQ8", "OPQ4_8,PQ4x4fs", "IDMap,Flat"])
    func `that were altered never reach FAISS`(factory: String) throws {
        let bytes = try made(factory).serialized()
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
        defer { memory.deallocate() }
        memory.copyBytes(from: bytes)
        let places = Array(0..<2_048) + Array(stride(from: 2_048, to: bytes.count, by: 61))
        for place in places where place < bytes.count {
            memory[place] ^= 0x20
            defer { memory[place] = bytes[place] }
            do throws(FAISSError) {
                _ = try Index(mapping: UnsafeRawBufferPointer(memory))
                Issue.record("byte \(place) may be anything")
            } catch {
                // FAISS's reader and what looks at its work say something else.
                switch error {
                case .checksum: #expect(place >= 8)
                case .notAContainer: #expect(place < 8)
                default: Issue.record("byte \(place): \(error)")
                }
            }
        }
    }

    @Test func `that are not all there, or of something else, never reach FAISS`() throws {
        let bytes = try made("IVF8,SQ8").serialized()
        let bits = try BinaryIndex(dimension: 8, factory: "BFlat").serialized()
        let transform = try VectorTransform(dimension: 8, .normalization).serialized()
        let format = try made("Flat").faissBytes()
        let others =
            [[], [0], bits, transform, format, bytes + [0]]
            + stride(from: 0, to: bytes.count, by: 173).map { Array(bytes.prefix($0)) }
        func isNoContainer(_ error: FAISSError?) -> Bool {
            if case .notAContainer = error { true } else { false }
        }
        for other in others {
            #expect(
                isNoContainer(
                    #expect(throws: FAISSError.self) { _ = try Index(serialized: other) }
                )
            )
        }
        #expect(
            isNoContainer(
                #expect(throws: FAISSError.self) { _ = try BinaryIndex(serialized: bytes) }
            )
        )
        #expect(
            isNoContainer(
                #expect(throws: FAISSError.self) { _ = try VectorTransform(serialized: bytes) }
            )
        )
    }

    @Test func `whose code size disagrees are refused, though their checksums are right`() throws {
        let bytes = try made("IVF8,SQ8").serialized()
        let container = ContainerBytes(bytes)
        let name = try #require(container.place(of: "ilar"))
        // Of the index, before a byte that says whether it codes residuals; of its lists, behind their number; of the
        // section that holds them, in the table.
        let ofIndex = name - 9
        let ofLists = name + 4 + 8
        let entry = try #require(
            container.entries.first { bytes[$0..<$0 + 4].elementsEqual("LCOD".utf8) }
        )
        for place in [ofIndex, ofLists, entry + 4] { #expect(bytes[place] == 24) }
        for places in [
            [ofIndex], [ofLists], [entry + 4], [ofLists, entry + 4], [ofIndex, ofLists, entry + 4],
        ] {
            for size in [UInt8(0), 1, 23, 25, 255] {
                var altered = container
                for place in places { altered.bytes[place] = size }
                altered.seal()
                let sealed = altered.bytes
                let error = #expect(throws: FAISSError.self) {
                    _ = try Index(serialized: sealed)
                }
                switch error {
                case .malformed: break
                // FAISS's reader compares these two.
                case .faiss: #expect(places.contains(ofIndex) != places.contains(ofLists))
                // An element of no bytes is seen with the lengths.
                case .notAContainer: #expect(size == 0)
                default: Issue.record("\(places) \(size): \(String(describing: error))")
                }
            }
        }
        var same = container
        same.seal()
        let isSame = same.bytes == bytes
        #expect(isSame)
    }
}
