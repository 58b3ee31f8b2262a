import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(minutesUntilHung))) struct `Sentences on the command line` {
    private let quiver = CommandLineRun()

    @Test func `of standard input are printed one a line`() throws {
        let outcome = try quiver(
            "sentences",
            input: "Dr. Smith left.  He\nwon't. Come\u{1F44D}back."
        )
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.output == "Dr. Smith left.\nHe\nwon't.\nCome\u{1F44D}back.\n")
        let wrapped = try quiver("sentences", "--wrapped", "-", input: "He\nwon't. Come back.\n")
        #expect(wrapped.output == "He won't.\nCome back.\n")
        #expect(try quiver("sentences", input: "").output.isEmpty)
    }

    @Test func `as JSON have their bytes, and their file where there are several`() throws {
        let first = try quiver.write("Größe. Ende", to: "a.txt")
        let second = try quiver.write("x", to: "b.txt")
        let one = try quiver("sentences", "--json", first)
        #expect(
            one.output == "{\"start\":0,\"end\":9,\"text\":\"Größe. \"}\n"
                + "{\"start\":9,\"end\":13,\"text\":\"Ende\"}\n"
        )
        let both = try quiver("sentences", "--json", first, second).values()
        #expect(both.map { $0.object?["file"]?.string } == [first, first, second])
        let german = try quiver("sentences", "--language", "de", input: "Er kam ggf. Montag.")
        #expect(german.output == "Er kam ggf. Montag.\n")
    }

    @Test func `of what is no text are refused with the line`() throws {
        let file = quiver.folder.file("bad.txt")
        try Data([0x61, 0x0A, 0xFF]).write(to: URL(fileURLWithPath: file))
        let outcome = try quiver("sentences", file)
        #expect(outcome.status == 1)
        #expect(outcome.error.contains("bad.txt:2"), "\(outcome.error)")
        #expect(try quiver("sentences", quiver.folder.file("nowhere")).status == 1)
    }
}
