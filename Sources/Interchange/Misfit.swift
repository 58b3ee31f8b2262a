/// Why a JSON value is not what is wanted.
struct Misfit: Error {
    var reason: String
    /// The names of the members that lead to it, the outermost first.
    var path: [String]

    init(_ reason: String, at path: [String] = []) {
        self.reason = reason
        self.path = path
    }

    /// The name is nothing that the collection knows.
    static let unknownName = Misfit("the collection has no such field")

    /// The same, as the member `name` has it.
    func inside(_ name: String) -> Misfit {
        Misfit(reason, at: [name] + path)
    }

    /// What is wrong with the update whose member `name` has it: nothing can be passed over there.
    func updateProblem(in name: String) -> LineProblem {
        .invalidMember([name] + path, reason: reason)
    }

    /// What is wrong with the document whose member `name` has it.
    func problem(in name: String) -> LineProblem {
        reason == Misfit.unknownName.reason
            ? .unknownMember(path.last ?? name) : .invalidMember([name] + path, reason: reason)
    }
}
