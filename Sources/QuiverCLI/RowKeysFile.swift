import Files
import Glibc
import Interchange
import JSON
import Quiver

/// Whose each row of a vector field is, as JSON Lines: line i, from 0 on, is of row i, `{"key":…,"row":N}` or `null` where the
/// document is gone.
struct RowKeysFile {
    private static let chunkCount = 4096

    var snapshot: Snapshot
    var vectorField: String?

    /// Writes the file in the place of any of that name, which it takes when it is whole.
    func write(to path: String) throws {
        let rowCount = try snapshot.rowCount(of: vectorField)
        let partialPath = "\(path).\(getpid()).partial"
        var file = try OutputFile(creating: partialPath, in: .system)
        var writer = JSONWriter()
        var byteCount = 0
        for first in stride(from: 0, to: rowCount, by: Self.chunkCount) {
            try Signals.check()
            let rows = first..<min(rowCount, first + Self.chunkCount)
            for owner in try snapshot.owners(ofRows: rows, vectorField: vectorField) {
                writer.owner(owner)
            }
            try writer.bytes.span.bytes.withUnsafeBytes { (bytes) throws(FileError) in
                try file.write(bytes, at: byteCount)
            }
            byteCount += writer.bytes.count
            writer.removeAll()
        }
        try file.finish()
        try FileSystem.system.move(partialPath, to: path)
    }
}

extension JSONWriter {
    fileprivate mutating func owner(_ owner: RowOwner?) {
        if let owner {
            beginObject()
            key(owner.key)
            name("row")
            integer(owner.row)
            endObject()
        } else {
            null()
        }
        newline()
    }
}
