import ArgumentParser

/// One case of an enumeration, typed by its name.
///
/// The enumerations themselves do not do: ArgumentParser would show their raw values in help texts.
struct CaseArgument<Case: CaseIterable & Sendable>: ExpressibleByArgument {
    var value: Case

    init(_ value: Case) {
        self.value = value
    }

    init?(argument: String) {
        guard let value = Case.allCases.first(where: { "\($0)" == argument }) else { return nil }
        self.value = value
    }

    var defaultValueDescription: String { "\(value)" }

    static var allValueStrings: [String] { Case.allCases.map { "\($0)" } }

    static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}
