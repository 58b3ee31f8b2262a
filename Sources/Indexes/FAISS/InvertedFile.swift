/// The engine's own inverted file: `IVF…,SQ8` with as many lists as suit the rows.
public enum InvertedFile {
    /// Below this many rows comparing them all is as fast.
    public static let minimumRowCount = 1_000

    /// The index for that many rows, `nil` for fewer than `minimumRowCount`.
    public static func kind(rowCount: Int) -> FAISSKind? {
        guard rowCount >= minimumRowCount else { return nil }
        return try? FAISSKind("IVF\(listCount(rowCount: rowCount)),SQ8")
    }

    /// About 3√n lists, so that finding the lists costs about as much as comparing the rows in them.
    public static func listCount(rowCount: Int) -> Int {
        min(65_536, max(16, Int(3 * Double(rowCount).squareRoot())))
    }

    /// The lists that a search visits unless it is told otherwise: 3√lists.
    ///
    /// On 117,659 MiniLM embeddings (384 float32) that is 97 of 1,029 lists and a recall@10 of .96, on the 60,000 images of
    /// Fashion-MNIST (784) 82 of 734 lists and .999.
    static func nprobe(listCount: Int) -> Int {
        max(1, min(listCount, Int((3 * Double(listCount).squareRoot()).rounded(.up))))
    }
}
