import ArgumentParser
import JSON
import Quiver

struct UpgradeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upgrade",
        abstract: "Bring a store to the newest format on disk; older programs cannot read it then."
    )

    @Argument(help: "The store's directory.", completion: .directory)
    var store: String

    @Flag(help: "Print {\"formatVersion\":N,\"before\":M}.")
    var json = false

    func run() throws {
        let before = try Store.open(at: store, access: .readOnly).formatVersion()
        let upgraded = try Store.open(at: store)
        try upgraded.upgrade()
        let after = try upgraded.formatVersion()
        if json {
            var writer = JSONWriter()
            writer.beginObject()
            writer.name("formatVersion")
            writer.integer(after)
            writer.name("before")
            writer.integer(before)
            writer.endObject()
            try StandardOutput.shared.writeLine(&writer)
        } else {
            StandardOutput.shared.write(
                "\(printable(store)): format version \(after)"
                    + (after == before ? ", as before\n" : ", before \(before)\n")
            )
        }
    }
}
