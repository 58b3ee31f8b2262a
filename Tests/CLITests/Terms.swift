import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(minutesUntilHung))) struct `Terms on the command line` {
    private let quiver = CommandLineRun()

    @Test func `of standard input are printed, a text a line`() throws {
        let outcome = try quiver("terms", input: "The dogs' Cafés\n\n...\nB2B\n")
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.output == "the dogs cafes\n\n\nb2b\n")
        let stems = try quiver("terms", "--language", "en", "-", input: "The dogs' Cafés")
        #expect(stems.output == "the dog cafe\n")
    }

    @Test func `of a file are arrays with --json`() throws {
        let file = try quiver.write("{\"text\":\"Dr. Smith\"}\n{\"text\":\"\"}\n", to: "t.jsonl")
        let outcome = try quiver("terms", file, "--json")
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.output == "[\"dr\",\"smith\"]\n[]\n")
    }

    @Test func `are refused in a language that has no stemmer`() throws {
        let outcome = try quiver("terms", "--language", "klingon", input: "a")
        #expect(outcome.status == 64)
        #expect(outcome.error.contains("--language") && outcome.error.contains("english"))
        #expect(try quiver("terms", quiver.folder.file("nowhere")).status == 1)
    }
}
