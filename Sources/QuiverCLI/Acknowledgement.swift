import JSON

/// Says on standard output, at once, that `count` lines or rows are durable.
func acknowledge(_ count: Int, asJSON: Bool, _ progressLine: ProgressLine) throws {
    if asJSON {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("acknowledged")
        writer.integer(count)
        writer.endObject()
        try StandardOutput.shared.writeLine(&writer)
    } else {
        progressLine.clear()
        StandardOutput.shared.write("acknowledged \(count)\n")
    }
    try StandardOutput.shared.flush()
}

/// Says at the end what was done. With `--json`, standard output has acknowledgements and nothing else.
func summarize(_ summary: String, asJSON: Bool) {
    if asJSON {
        StandardError.write(summary)
    } else {
        StandardOutput.shared.write(summary)
    }
}

/// A batch was kept, but nobody could be told.
struct AcknowledgementLost: Error {
    var cause: any Error
}
