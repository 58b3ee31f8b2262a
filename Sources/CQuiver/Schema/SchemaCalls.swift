// The contract of these functions is include/quiver.h, and is written there alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CQuiverABI
import Quiver

@c @implementation
public func qv_collection_schema(
    _ collection: qv_collection,
    _ schema: UnsafeMutablePointer<qv_schema>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.find(collection, "collection", \.readable)
        let output = try Arguments.output(schema, "schema")
        let snapshot = try collection.snapshot()
        let schema = snapshot.configuration
        var encoders: [RememberedEncoder?] = []
        for field in schema.vectorFields {
            encoders.append(
                try engine { () throws(StoreError) in try snapshot.encoder(of: field.name) }
            )
        }
        let answer = SchemaAnswer(schema, encoders)
        output.pointee = try HandleTable.shared.insert(.schema(answer))
    }
}

@c @implementation
public func qv_schema_counts(
    _ schema: qv_schema,
    _ vector_fields: UnsafeMutablePointer<UInt64>?,
    _ fields: UnsafeMutablePointer<UInt64>?,
    _ text_fields: UnsafeMutablePointer<UInt64>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(schema, "schema", \.schema)
        let outputs = (
            try Arguments.optionalOutput(vector_fields, "vector_fields"),
            try Arguments.optionalOutput(fields, "fields"),
            try Arguments.optionalOutput(text_fields, "text_fields")
        )
        outputs.0?.pointee = UInt64(answer.vectorFields.count)
        outputs.1?.pointee = UInt64(answer.fields.count)
        outputs.2?.pointee = UInt64(answer.textFields.count)
    }
}

@c @implementation
public func qv_schema_recall(
    _ schema: qv_schema,
    _ recall: UnsafeMutablePointer<Double>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(schema, "schema", \.schema)
        let output = try Arguments.output(recall, "recall")
        output.pointee = answer.recall ?? 0
    }
}

@c @implementation
public func qv_schema_vector_field(
    _ schema: qv_schema,
    _ number: UInt64,
    _ field: UnsafeMutablePointer<qv_vector_field>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(schema, "schema", \.schema)
        let output = try Output(field, "field")
        output.fill(try answer.vectorFields.item(number, of: "vector fields"))
    }
}

@c @implementation
public func qv_schema_field(
    _ schema: qv_schema,
    _ number: UInt64,
    _ field: UnsafeMutablePointer<qv_field>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(schema, "schema", \.schema)
        let output = try Output(field, "field")
        output.fill(try answer.fields.item(number, of: "fields"))
    }
}

@c @implementation
public func qv_schema_text_field(
    _ schema: qv_schema,
    _ number: UInt64,
    _ field: UnsafeMutablePointer<qv_text_field>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(schema, "schema", \.schema)
        let output = try Output(field, "field")
        output.fill(try answer.textFields.item(number, of: "text fields"))
    }
}

@c @implementation
public func qv_schema_encoder(
    _ schema: qv_schema,
    _ number: UInt64,
    _ identity: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
    _ location: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(schema, "schema", \.schema)
        let identity = try Arguments.optionalOutput(identity, "identity")
        let location = try Arguments.optionalOutput(location, "location")
        let found = try answer.encoders.item(number, of: "vector fields")
        identity?.pointee = found.identity
        location?.pointee = found.location
    }
}

@c @implementation
public func qv_schema_cache(
    _ schema: qv_schema,
    _ byte_limit: UnsafeMutablePointer<UInt64>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(schema, "schema", \.schema)
        let output = try Arguments.output(byte_limit, "byte_limit")
        output.pointee = UInt64(answer.cacheByteLimit)
    }
}

@c @implementation
public func qv_schema_free(_ schema: qv_schema) -> qv_status {
    call { () throws(CallFailure) in
        _ = try HandleTable.shared.remove(schema, "schema", \.schema)
    }
}

extension Array {
    /// Element number `number` of what a caller was told the count of.
    func item(_ number: UInt64, of name: StaticString) throws(CallFailure) -> Element {
        guard number < UInt64(count) else {
            throw .argument("number is \(number), and there are \(count) \(name)")
        }
        return self[Int(number)]
    }
}
