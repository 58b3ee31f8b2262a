internal import JSON

/// The tokens of a model and their ids, which differ.
struct ModelVocabulary: Sendable {
    let trie: ByteTrie
    /// In the order of their ids.
    let tokens: [(id: Int32, token: String)]

    /// - Parameter section: an object whose members are tokens and ids.
    init(_ section: Section) throws(TokenizerError) {
        var tokens: [(id: Int32, token: String)] = []
        tokens.reserveCapacity(section.object.count)
        for member in section.object.members {
            guard case .integer(let number) = member.value else {
                throw .wrongType(
                    member: section.path(member.name),
                    expected: "an integer",
                    found: member.value.kind
                )
            }
            tokens.append(
                (try tokenID(number, of: member.name, at: section.path(member.name)), member.name)
            )
        }
        trie = ByteTrie(tokens.map { ($0.token, $0.id) })
        tokens.sort { $0.id < $1.id }
        for position in tokens.indices.dropFirst()
        where tokens[position - 1].id == tokens[position].id {
            throw .duplicateID(
                tokens[position].id,
                tokens: [tokens[position - 1].token, tokens[position].token]
            )
        }
        self.tokens = tokens
    }

    func id(of token: String) -> Int32? {
        trie.value(of: token.utf8)
    }

    func token(of id: Int32) -> String? {
        // Almost always the ids are 0 to count - 1.
        if let index = Int(exactly: id), tokens.indices.contains(index), tokens[index].id == id {
            return tokens[index].token
        }
        var low = 0
        var high = tokens.count
        while low < high {
            let middle = (low + high) / 2
            if tokens[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low < tokens.count && tokens[low].id == id ? tokens[low].token : nil
    }
}

/// A token's id as read from a file, 0 to `Int32.max`.
func tokenID(_ number: Int64, of token: String, at member: String) throws(TokenizerError) -> Int32 {
    guard number >= 0, let id = Int32(exactly: number) else {
        throw .idOutOfRange(member: member, token: token, id: number)
    }
    return id
}
