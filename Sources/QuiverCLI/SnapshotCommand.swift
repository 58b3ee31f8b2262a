import ArgumentParser
import JSON
import Quiver

struct SnapshotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "Keep the state of a store under a name, list such states, forget one.",
        discussion: "search, get, scan, count and neighbours read one with --at NAME.",
        subcommands: [Create.self, List.self, Drop.self]
    )

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keep the state of all collections as it is now."
        )

        @Argument(help: "The store's directory.", completion: .directory)
        var store: String

        @Argument(help: "The snapshot's name.")
        var name: String

        @Flag(help: "Print it as list does.")
        var json = false

        func run() throws {
            let snapshot = try Store.open(at: store).createSnapshot(name)
            if json {
                var writer = JSONWriter()
                writer.snapshot(snapshot)
                try StandardOutput.shared.writeLine(&writer)
            } else {
                StandardOutput.shared.write(
                    "created snapshot \(printable(name)) of commit \(snapshot.commit)\n"
                )
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the snapshots of a store.")

        @Argument(help: "The store's directory.", completion: .directory)
        var store: String

        @Flag(help: "One {\"name\":…,\"commit\":N,\"created\":…} a line.")
        var json = false

        func run() throws {
            var writer = JSONWriter()
            for snapshot in try Store.open(at: store, access: .readOnly).snapshots() {
                if json {
                    writer.snapshot(snapshot)
                    try StandardOutput.shared.writeLine(&writer)
                } else {
                    StandardOutput.shared.write(
                        "\(printable(snapshot.name))  commit \(snapshot.commit)  \(snapshot.created)\n"
                    )
                }
            }
        }
    }

    struct Drop: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forget a snapshot; what it alone had is removed."
        )

        @Argument(help: "The store's directory.", completion: .directory)
        var store: String

        @Argument(help: "The snapshot's name.")
        var name: String

        func run() throws {
            try Store.open(at: store).dropSnapshot(name)
            StandardOutput.shared.write("dropped snapshot \(printable(name))\n")
        }
    }
}

extension JSONWriter {
    fileprivate mutating func snapshot(_ snapshot: NamedSnapshot) {
        beginObject()
        name("name")
        string(snapshot.name)
        name("commit")
        integer(snapshot.commit)
        name("created")
        string(snapshot.created.rfc3339)
        endObject()
    }
}
