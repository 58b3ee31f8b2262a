import Files
public import Indexes

extension TrainedIndex {
    /// Reads an index without rows from a file, as `init(_:)` reads its bytes.
    ///
    /// - Parameter path: of the file.
    /// - Throws: `unsupportedIndex`, `index`, `file`.
    public init(contentsOf path: String) throws(StoreError) {
        let file = try asStoreError { () throws(FileError) in try MappedFile(path: path) }
        let bytes = file.withUnsafeBytes { Array($0) }
        do {
            try self.init(bytes)
        } catch .unsupportedKind(let text, let reason) {
            throw .unsupportedIndex(text, reason: "\(path): \(reason)")
        } catch .damagedIndex(let reason) {
            throw .index(.damagedIndex(reason: "\(path): \(reason)"))
        } catch {
            throw .index(error)
        }
    }

    /// Writes the index into a file, in the place of any of that name, which it takes when it is whole.
    ///
    /// - Parameter path: of the file.
    /// - Throws: `file`.
    public func write(to path: String) throws(StoreError) {
        let partialPath = "\(path).partial"
        try asStoreError { () throws(FileError) in
            var file = try OutputFile(creating: partialPath, in: .system)
            try bytes.withBytes { (bytes) throws(FileError) in try file.write(bytes, at: 0) }
            try file.finish()
            try FileSystem.system.move(partialPath, to: path)
        }
    }
}
