public import LMDB

/// What has happened when a write returns.
public typealias Durability = Environment.Durability
