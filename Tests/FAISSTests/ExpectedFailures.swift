import FAISS
import Testing

/// Cases of `FAISSError` whose payload is a message, to be expected by name.
enum FailureName: Sendable {
    case malformed, malformedParameters, outOfRange, unsupported, unsupportedFactory, degenerate
    /// Bytes that are not a container as it was written.
    case altered

    fileprivate init?(_ error: any Error) {
        switch error as? FAISSError {
        case .malformed: self = .malformed
        case .checksum, .notAContainer: self = .altered
        case .malformedParameters: self = .malformedParameters
        case .outOfRange: self = .outOfRange
        case .unsupported: self = .unsupported
        case .unsupportedFactory: self = .unsupportedFactory
        case .degenerate: self = .degenerate
        default: return nil
        }
    }
}

/// `body` throws the error of that name.
func expect(
    _ name: FailureName,
    _ comment: Comment? = nil,
    _ location: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
) {
    #expect(comment, sourceLocation: location) {
        try body()
    } throws: {
        FailureName($0) == name
    }
}
