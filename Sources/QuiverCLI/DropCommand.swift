import ArgumentParser
import Glibc
import Quiver

struct DropCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop",
        abstract: "Remove a collection with all its documents."
    )

    @OptionGroup var target: CollectionArguments

    @Flag(help: "Do not ask; needed where nobody can be asked.")
    var yes = false

    func validate() throws {
        guard yes || isatty(STDIN_FILENO) == 1 else {
            throw ValidationError(
                "drop removes all documents of a collection; say --yes if that is meant"
            )
        }
    }

    func run() throws {
        let store = try Store.open(at: target.store)
        let count = try store.collection(target.collection).snapshot().liveCount
        if !yes {
            StandardError.write(
                "drop collection \(printable(target.collection)) with its "
                    + "\(counted(count, "document"))? [y/N] "
            )
            guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
                StandardError.write("nothing was dropped\n")
                throw ExitCode.failure
            }
        }
        try store.dropCollection(target.collection)
        StandardOutput.shared.write(
            "dropped collection \(target.collection): \(counted(count, "document"))\n"
        )
    }
}
