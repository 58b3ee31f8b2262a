import ArgumentParser
import JSON
import Quiver

struct DeleteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Remove documents by their keys, all in one commit.",
        discussion: "Keys that are not there are counted, and are no failure."
    )

    @OptionGroup var target: CollectionArguments

    @Argument(
        help: ArgumentHelp("Keys: digits are an integer, s:… is a string.", valueName: "key")
    )
    var keys: [KeyArgument]

    @Flag(help: "Print {\"deleted\":N,\"missing\":M}.")
    var json = false

    func run() throws {
        let collection = try target.open(.readWrite)
        var batch = WriteBatch()
        // The same key twice is one wish.
        for key in Set(keys.map(\.key)) { batch.delete(key) }
        let receipt = try collection.write(batch)
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
