import ArgumentParser
import Quiver

/// Which of the hits are wanted, and what they carry.
struct HitOptions: ParsableArguments {
    @Option(
        name: .customShort("k"),
        parsing: .unconditional,
        help: "Hits wanted of each query, at least 1; with --group-by or --distinct, groups."
    )
    var k = 10

    @Option(parsing: .unconditional, help: "Hits, or groups, left out in the beginning.")
    var offset = 0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Only hits with this score or a better one.", valueName: "score")
    )
    var within: Float?

    @Option(
        name: .customLong("group-by"),
        help: ArgumentHelp("Put hits into groups by a metadata field.", valueName: "field")
    )
    var groupBy: String?

    @Flag(help: "Each document once, by its best row.")
    var distinct = false

    @Option(
        name: .customLong("per-group"),
        parsing: .unconditional,
        help: "Hits of each group, at least 1."
    )
    var perGroup: Int?

    @Option(
        help: ArgumentHelp(
            "What hits carry beside key and score: text, fields, vector, columns.",
            valueName: "parts"
        ),
        completion: .list(["text", "fields", "vector", "columns", "text,fields"])
    )
    var with: ContentsArgument?

    func validate() throws {
        guard k >= 1 else { throw ValidationError("-k is \(k), not at least 1") }
        guard offset >= 0 else { throw ValidationError("--offset is \(offset), not at least 0") }
        if let perGroup, perGroup < 1 {
            throw ValidationError("--per-group is \(perGroup), not at least 1")
        }
        guard !(distinct && groupBy != nil) else {
            throw ValidationError("--distinct and --group-by are two ways to group")
        }
        guard perGroup == nil || distinct || groupBy != nil else {
            throw ValidationError("--per-group belongs to --group-by or --distinct")
        }
        if with?.includesVersion == true {
            throw ValidationError(
                "every hit has its version; --with is text, fields, vector, columns"
            )
        }
    }

    func apply(to request: inout SearchRequest) {
        request.k = k
        request.offset = offset
        request.within = within
        if let groupBy { request.grouping = Grouping(by: .field(groupBy), count: perGroup ?? 1) }
        if distinct { request.grouping = Grouping(by: .document, count: perGroup ?? 1) }
        request.contents = with?.contents ?? []
    }
}
