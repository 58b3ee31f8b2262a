import Foundation
import JSON
import Testing

/// The cases of `Tests/Conformance`, which go through every way in.
struct Table {
    /// A file of cases: steps that are taken one after the other, in a store of their own.
    struct Scenario: CustomTestStringConvertible, Sendable {
        let name: String
        let steps: [JSONObject]

        var testDescription: String { name }
    }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Conformance")

    let scenarios: [Scenario]

    init() throws {
        scenarios = try Self.files("cases").map { file in
            let cases = Self.writtenOut(try Self.value(file)).object?["steps"]?.array ?? []
            let expected = Self.folder.appendingPathComponent("expected/\(file.lastPathComponent)")
            let answers =
                FileManager.default.fileExists(atPath: expected.path)
                ? try Self.value(expected).object : nil
            let steps = cases.compactMap(\.object).map { step in
                var step = step
                if step["error"] == nil, step["expect"] == nil {
                    step.set("expect", answers?[step.name] ?? .string("missing in expected/"))
                }
                return step
            }
            return Scenario(
                name: file.deletingPathExtension().lastPathComponent,
                steps: steps
            )
        }
    }

    private static func files(_ folder: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(
            at: Self.folder.appendingPathComponent(folder),
            includingPropertiesForKeys: nil
        ).filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
    }

    /// With long texts in the place of what they repeat.
    private static func writtenOut(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let values): return .array(values.map(writtenOut))
        case .object(let object):
            if let text = object["repeated"]?.string, let times = object["times"]?.int {
                return .string(String(repeating: text, count: times))
            }
            return .object(JSONObject(object.members.map { ($0.name, writtenOut($0.value)) }))
        default: return value
        }
    }

    private static func value(_ file: URL) throws -> JSONValue {
        try JSONValue(parsing: String(contentsOf: file, encoding: .utf8))
    }
}

extension JSONObject {
    /// A step's.
    var name: String { self["name"]?.string ?? "" }
    /// A step's.
    var operation: String { self["operation"]?.string ?? "" }
}

/// Where an answer differs from the expected one; numbers may by 1e-5 of their size.
func difference(_ expected: JSONValue, _ found: JSONValue, at place: String = "") -> String? {
    let isSame: Bool
    switch (expected, found) {
    case (.array(let one), .array(let other)):
        for (number, pair) in zip(one, other).enumerated() {
            if let said = difference(pair.0, pair.1, at: "\(place)[\(number)]") { return said }
        }
        isSame = one.count == other.count
    case (.object(let one), .object(let other)):
        for member in one.members {
            guard let value = other[member.name] else { continue }
            if let said = difference(member.value, value, at: "\(place).\(member.name)") {
                return said
            }
        }
        isSame = Set(one.members.map(\.name)) == Set(other.members.map(\.name))
    case (.integer, .integer): isSame = expected == found
    default:
        if let one = expected.double, let other = found.double {
            isSame = abs(one - other) <= max(1e-6, 1e-5 * max(abs(one), abs(other)))
        } else {
            isSame = expected == found
        }
    }
    return isSame ? nil : "\(place): expected \(expected), found \(found)"
}
