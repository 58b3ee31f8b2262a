import ArgumentParser
import JSON
import Quiver

struct CountCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "count",
        abstract: "Count the documents of a collection, or those that a filter holds of."
    )

    @OptionGroup var target: CollectionArguments
    @OptionGroup var state: SnapshotArguments

    @OptionGroup var condition: FilterOption

    @Flag(help: "Print {\"count\":N}.")
    var json = false

    func run() throws {
        let filter = try condition.parsed()
        let snapshot = try state.snapshot(of: target)
        let count = try condition.explaining { try snapshot.count(filter) }
        if json {
            var writer = JSONWriter()
            writer.beginObject()
            writer.name("count")
            writer.integer(count)
            writer.endObject()
            try StandardOutput.shared.writeLine(&writer)
        } else {
            StandardOutput.shared.write("\(count)\n")
        }
    }
}
