internal import JSON

/// The special tokens that are put around a text.
struct PostProcessor: Sendable {
    var before: [Int32] = []
    var after: [Int32] = []

    var specialTokenCount: Int { before.count + after.count }

    init() {}

    init(_ section: Section) throws(TokenizerError) {
        let type = try section.string("type")
        switch type {
        case "TemplateProcessing": try self.init(template: section)
        case "BertProcessing": try self.init(bert: section)
        default: throw .unsupported(member: section.path("type"), what: "\"\(type)\"")
        }
    }
}
