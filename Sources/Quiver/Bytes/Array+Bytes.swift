extension Array where Element: BitwiseCopyable {
    /// `withUnsafeBytes` with a typed error, which the standard library's does not have.
    func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try span.bytes.withUnsafeBytes(body)
    }
}
