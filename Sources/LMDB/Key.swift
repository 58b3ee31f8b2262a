/// What can be a key: bytes, or a `UInt64` in a database with integer keys.
public protocol Key {
    /// Whether the key belongs into a database with integer keys.
    static var isInteger: Bool { get }

    /// The key's bytes, for the duration of `body`.
    func withKeyBytes<R: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> R
    ) throws(Failure) -> R
}

extension UInt64: Key {
    /// True.
    public static var isInteger: Bool { true }

    /// The key's bytes, for the duration of `body`.
    public func withKeyBytes<R: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> R
    ) throws(Failure) -> R {
        // LMDB compares integer keys in the machine's byte order, aligned as integers are.
        var value = self
        return try withUnsafeMutableBytes(of: &value) { bytes throws(Failure) -> R in
            try body(UnsafeRawBufferPointer(bytes))
        }
    }
}

extension [UInt8]: Key {
    /// False.
    public static var isInteger: Bool { false }

    /// The key's bytes, for the duration of `body`.
    public func withKeyBytes<R: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> R
    ) throws(Failure) -> R {
        try span.withUnsafeBytes(body)
    }
}

extension ArraySlice<UInt8>: Key {
    /// False.
    public static var isInteger: Bool { false }

    /// The key's bytes, for the duration of `body`.
    public func withKeyBytes<R: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> R
    ) throws(Failure) -> R {
        try span.withUnsafeBytes(body)
    }
}

extension UnsafeRawBufferPointer: Key {
    /// False.
    public static var isInteger: Bool { false }

    /// The key's bytes, for the duration of `body`.
    public func withKeyBytes<R: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> R
    ) throws(Failure) -> R {
        try body(self)
    }
}
