/// What is asked of a snapshot, for all that take part in the answer.
///
/// An object, since a request is long: a query of a few rows would spend its time on copies of it.
final class SearchJob: Sendable {
    let request: SearchRequest
    let snapshot: Snapshot
    let limits: SearchLimits

    init(_ request: SearchRequest, in snapshot: Snapshot) {
        self.request = request
        self.snapshot = snapshot
        limits = SearchLimits(deadline: request.deadline, isCancelled: request.isCancelled)
    }
}
