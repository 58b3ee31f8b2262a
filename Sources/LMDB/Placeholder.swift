/// (stub; the real module lands from branch `lmdb`)
public enum LMDBError: Error, Sendable, Equatable { case mapFull }
public protocol LMDBErrorConvertible: Error { init(_ error: LMDBError) }
