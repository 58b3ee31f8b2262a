import ArgumentParser
import Quiver

/// A language whose words can be reduced to their stems, by its English name or code.
///
/// - Throws: `ValidationError`, which begins with `option` and names those that there are.
func knownLanguage(_ nameOrCode: String, of option: String) throws -> Language {
    guard let language = Language(nameOrCode) else {
        let known = Language.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError(
            "\(option): no stems are known of '\(nameOrCode)'; there are \(known)"
        )
    }
    return language
}
