public import ArgumentParser
public import Indexes

extension Metric: ExpressibleByArgument {
    /// The metric named `argument`.
    public init?(argument: String) {
        guard let metric = Metric.allCases.first(where: { "\($0)" == argument }) else { return nil }
        self = metric
    }

    /// How it is typed.
    public var defaultValueDescription: String { "\(self)" }

    /// All that may be typed, for messages and completions.
    public static var allValueStrings: [String] { allCases.map { "\($0)" } }
}

extension Storage: ExpressibleByArgument {
    /// The storage named `argument`.
    public init?(argument: String) {
        guard let storage = Storage.allCases.first(where: { "\($0)" == argument }) else {
            return nil
        }
        self = storage
    }

    /// How it is typed.
    public var defaultValueDescription: String { "\(self)" }

    /// All that may be typed, for messages and completions.
    public static var allValueStrings: [String] { allCases.map { "\($0)" } }
}
