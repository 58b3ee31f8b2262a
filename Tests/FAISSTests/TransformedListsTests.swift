import FAISS
import Testing

/// FAISS wants centroids back from behind the transforms over the lists, where an exception ends the process.
@Suite struct `A transform over lists` {
    @Test(
        arguments: [
            "IVF16(PCAW8,Flat),SQ8", "IVF16(ITQ8,Flat),Flat", "IVF16(PCA16,Flat),SQ8",
            "IVF16(OPQ4_8,SQ8),Flat", "IVF32(OPQ4_8,SQ8),Flat",
        ]
    )
    func `is refused if lists are too few for it, or it cannot be undone`(factory: String) {
        expect(.unsupportedFactory) {
            _ = try Index(dimension: 32, factory: factory, metric: .l2)
        }
    }

    @Test func `is refused by rows that it learns nothing from`() throws {
        var index = try Index(dimension: 32, factory: "IVF16(PCA8,Flat),SQ8", metric: .l2)
        // Along one line.
        let line = (0..<400 * 32).map { Float($0 / 32) / 100 }
        expect(.degenerate) { try index.train(line) }
    }
}
