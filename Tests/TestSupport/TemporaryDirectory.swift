import Foundation

/// A fresh directory that is removed, with everything in it, when the value goes out of scope.
public final class TemporaryDirectory: Sendable {
    /// Where it is.
    public let path: String

    /// Makes the directory.
    public init() {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("quiver-test-\(UUID().uuidString)")
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        } catch {
            preconditionFailure("cannot make \(url.path): \(error)")
        }
        path = url.path
    }

    /// The path of `name` inside the directory.
    public func file(_ name: String) -> String {
        "\(path)/\(name)"
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
