import ArgumentParser
import JSON
import Quiver

struct DeleteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Remove documents by their keys or by a filter, all in one commit.",
        discussion: "Keys that are not there are counted, and are no failure."
    )

    @OptionGroup var target: CollectionArguments

    @Argument(
        help: ArgumentHelp("Keys: digits are an integer, s:… is a string.", valueName: "key")
    )
    var keys: [KeyArgument] = []

    @OptionGroup var condition: FilterOption

    @Flag(help: "Print {\"deleted\":N,\"missing\":M}.")
    var json = false

    func validate() throws {
        guard keys.isEmpty != (condition.filter == nil) else {
            throw ValidationError("name the documents either by their keys or by --filter")
        }
    }

    func run() throws {
        let filter = try condition.parsed()
        let collection = try target.open(.readWrite)
        let receipt: CommitReceipt
        if let filter {
            receipt = try condition.explaining { try collection.delete(where: filter) }
        } else {
            var batch = WriteBatch()
            // The same key twice is one wish.
            for key in Set(keys.map(\.key)) { batch.delete(key) }
            receipt = try collection.write(batch)
        }
        if json {
            var writer = JSONWriter()
            writer.beginObject()
            writer.name("deleted")
            writer.integer(receipt.deletedCount)
            writer.name("missing")
            writer.integer(receipt.missingCount)
            writer.endObject()
            try StandardOutput.shared.writeLine(&writer)
        } else {
            StandardOutput.shared.write(
                "deleted \(receipt.deletedCount), missing \(receipt.missingCount)\n"
            )
        }
    }
}
