import Foundation
import JSON
import Quiver
import TestSupport
import Testing

/// The cases of `Tests/Conformance` through the Swift API.
@Suite struct ConformanceTests {
    private static let scenarios = (try? Table().scenarios) ?? []

    @Test func `there are cases`() throws {
        #expect(try Table().scenarios.count >= 4)
    }

    @Test(arguments: scenarios)
    func `answers are those that were worked out without Quiver`(
        scenario: Table.Scenario
    ) throws {
        let folder = TemporaryDirectory()
        let store = try SwiftAPI(in: folder.path)
        defer { store.close() }
        var passed: [String] = []
        for step in scenario.steps {
            let problem = problem(step, in: store)
            #expect(problem == nil, "\(step.name): \(problem ?? "")")
            if problem == nil { passed.append("\(scenario.name): \(step.name)\n") }
        }
        try record(passed, of: scenario)
    }

    /// Where the matrix of all ways in (`Tests/Conformance/run.py matrix`) finds it.
    private func record(_ passed: [String], of scenario: Table.Scenario) throws {
        let folder = Table.folder.appendingPathComponent("../../.build/conformance")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try passed.joined().write(
            to: folder.appendingPathComponent("swift-\(scenario.name).txt"),
            atomically: true,
            encoding: .utf8
        )
    }

    private func problem(_ step: JSONObject, in store: SwiftAPI) -> String? {
        let expected = step["error"]?.object
        do {
            let found = try store.answer(step)
            guard expected == nil else { return "expected an error, found \(found)" }
            return difference(step["expect"] ?? .null, found)
        } catch {
            guard let expected, let name = expected["swift"]?.string,
                let message = expected["message"]?.string
            else { return "threw \(error)" }
            guard caseName(error) == name else {
                return "expected \(name), found \(caseName(error)): \(error)"
            }
            return message.isEmpty || "\(error)".contains(message)
                ? nil : "expected a message with \"\(message)\", found \(error)"
        }
    }

    private func caseName(_ error: any Error) -> String {
        switch error {
        case StoreError.cancelled: "cancelled"
        case StoreError.deadlineExceeded: "deadlineExceeded"
        default: Mirror(reflecting: error).children.first?.label ?? "\(error)"
        }
    }
}
