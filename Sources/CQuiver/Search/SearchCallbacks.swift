import CQuiverABI
import Quiver

/// A fuse function of the caller's.
struct FuseCallback: Sendable {
    let function: qv_fuse
    // The caller's own, handed back to the caller's own function; never looked into. So in the others.
    nonisolated(unsafe) let context: UnsafeMutableRawPointer?

    @Sendable func score(_ places: [RankedPlace?]) -> Double {
        let places = places.map { place in
            qv_place(
                rank: place.map { UInt64(clamping: $0.rank) } ?? 0,
                score: place?.score ?? 0,
                reserved: 0
            )
        }
        return places.withUnsafeBufferPointer {
            function(context, $0.baseAddress, UInt64($0.count))
        }
    }
}

/// A function of the caller's that says when to stop.
struct CancelCallback: Sendable {
    let function: qv_cancelled
    nonisolated(unsafe) let context: UnsafeMutableRawPointer?

    @Sendable func isCancelled() -> Bool { function(context) != 0 }
}

/// A rerank function of the caller's.
struct RerankCallback: Reranker {
    /// That the function said that it failed.
    struct Failure: Error, CustomStringConvertible {
        let status: Int32

        var description: String { "the function returned \(status)" }
    }

    let function: qv_rerank
    nonisolated(unsafe) let context: UnsafeMutableRawPointer?
    let contents: Contents
    let schema: CollectionConfiguration

    func scores(
        of candidates: [Hit],
        for query: SearchQuery,
        number: Int,
        isCancelled: () -> Bool
    ) throws -> [Float] {
        guard !candidates.isEmpty else { return [] }
        let answer = SearchAnswer(candidates: candidates, in: schema)
        let handle = try HandleTable.shared.insert(.results(answer))
        // What is left undone is left out.
        var scores = [Float](repeating: .nan, count: candidates.count)
        let status = scores.withUnsafeMutableBufferPointer { scores in
            function(
                context,
                UInt64(clamping: number),
                handle,
                UInt64(scores.count),
                scores.baseAddress
            )
        }
        // The function may have freed it.
        do { _ = try HandleTable.shared.remove(handle, "results", \.results) } catch {}
        guard status == 0 else { throw Failure(status: status) }
        return scores
    }
}
