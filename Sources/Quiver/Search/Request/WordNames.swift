public import Indexes
public import TextIndex

/// What a person is looking for in texts.
public typealias TextQuery = TextIndex.TextQuery

/// How words are scored.
public typealias BM25 = TextIndex.BM25

/// A language whose words are reduced to their stems.
public typealias Language = TextIndex.Language

/// What is wrong with a query for words.
public typealias TextIndexError = TextIndex.TextIndexError

/// A set of row numbers.
public typealias RowSet = Indexes.RowSet
