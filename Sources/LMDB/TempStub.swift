extension Environment { public func oldestReaderTransaction() throws(LMDBError) -> UInt64? { nil } }
