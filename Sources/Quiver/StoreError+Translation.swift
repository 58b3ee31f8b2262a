import Files

/// Runs file work with the store's error.
func asStoreError<Result: ~Copyable>(
    _ body: () throws(FileError) -> Result
) throws(StoreError) -> Result {
    do {
        return try body()
    } catch {
        throw .file(error)
    }
}

/// Runs parsing with the store's error, which names `file`.
func asDamage<Result>(
    of file: String,
    _ body: () throws(ByteReader.Malformed) -> Result
) throws(StoreError) -> Result {
    do {
        return try body()
    } catch {
        throw .damaged(file: file, reason: error.reason)
    }
}
