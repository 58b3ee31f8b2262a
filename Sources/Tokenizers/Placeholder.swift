public enum TokenizerError: Error { case stub }
public struct Encoding: Sendable { public var ids: [Int] }
public struct Tokenizer: Sendable {
    public init(file: String) throws(TokenizerError) { throw .stub }
    public func encode(_ text: String) -> Encoding { Encoding(ids: []) }
}
