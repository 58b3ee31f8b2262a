extension JSONWriter {
    /// Writes a whole value.
    ///
    /// - Throws: `JSONError.notFinite` where a number in it is NaN or infinite; what stands before that
    ///   number has been written then.
    public mutating func value(_ value: JSONValue) throws(JSONError) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .integer(let value): integer(value)
        case .unsigned(let value): integer(value)
        case .number(let value): try double(value)
        case .string(let value): string(value)
        // As deep as the value itself, which is as deep as releasing it goes.
        case .array(let elements):
            beginArray()
            for element in elements { try self.value(element) }
            endArray()
        case .object(let object):
            beginObject()
            for member in object.members {
                name(member.name)
                try self.value(member.value)
            }
            endObject()
        }
    }
}

extension JSONValue {
    /// The value as JSON text on one line, which reads back as an equal value.
    ///
    /// - Throws: `JSONError.notFinite` where a number in it is NaN or infinite.
    public func serialized() throws(JSONError) -> String {
        var writer = JSONWriter()
        try writer.value(self)
        return writer.text
    }
}
