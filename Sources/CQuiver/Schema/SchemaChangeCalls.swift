// The contract of these functions is include/quiver.h, and is written there alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CQuiverABI
import Quiver

@c @implementation
public func qv_add_field(
    _ collection: qv_collection,
    _ field: UnsafePointer<qv_field>?
) -> qv_status {
    alter(collection) { () throws(CallFailure) in
        guard let field else { throw .argument("field is NULL") }
        return .addField(try Field(try qv_field(reading: field, "field"), "field"))
    }
}

@c @implementation
public func qv_drop_field(
    _ collection: qv_collection,
    _ name: UnsafePointer<CChar>?
) -> qv_status {
    alter(collection) { () throws(CallFailure) in
        .dropField(try Arguments.string(name, "name"))
    }
}

@c @implementation
public func qv_rename_field(
    _ collection: qv_collection,
    _ name: UnsafePointer<CChar>?,
    _ new_name: UnsafePointer<CChar>?
) -> qv_status {
    alter(collection) { () throws(CallFailure) in
        .renameField(
            try Arguments.string(name, "name"),
            to: try Arguments.string(new_name, "new_name")
        )
    }
}

@c @implementation
public func qv_add_vector_field(
    _ collection: qv_collection,
    _ field: UnsafePointer<qv_vector_field>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.writable(collection)
        guard let field else { throw .argument("field is NULL") }
        let settings = try qv_vector_field(reading: field, "field")
        let added = try VectorField(settings, "field")
        var changes = [SchemaChange.addVectorField(added)]
        if let path = settings.trained {
            let trained = try TrainedIndex(path, "field: trained")
            changes.append(.setTrained(vectorField: added.name, trained))
        }
        try engine { () throws(StoreError) in try collection.alter(changes) }
    }
}

@c @implementation
public func qv_drop_vector_field(
    _ collection: qv_collection,
    _ name: UnsafePointer<CChar>?
) -> qv_status {
    alter(collection) { () throws(CallFailure) in
        .dropVectorField(try Arguments.optionalName(name, "name"))
    }
}

@c @implementation
public func qv_rename_vector_field(
    _ collection: qv_collection,
    _ name: UnsafePointer<CChar>?,
    _ new_name: UnsafePointer<CChar>?
) -> qv_status {
    alter(collection) { () throws(CallFailure) in
        .renameVectorField(
            try Arguments.optionalName(name, "name"),
            to: try Arguments.optionalName(new_name, "new_name")
        )
    }
}

@c @implementation
public func qv_set_index(
    _ collection: qv_collection,
    _ vector_field: UnsafePointer<CChar>?,
    _ index: UnsafePointer<CChar>?
) -> qv_status {
    alter(collection) { () throws(CallFailure) in
        .setIndex(
            vectorField: try Arguments.optionalName(vector_field, "vector_field"),
            try IndexSpecification(index, "index")
        )
    }
}

@c @implementation
public func qv_set_trained(
    _ collection: qv_collection,
    _ vector_field: UnsafePointer<CChar>?,
    _ path: UnsafePointer<CChar>?
) -> qv_status {
    alter(collection) { () throws(CallFailure) in
        let field = try Arguments.optionalName(vector_field, "vector_field")
        return .setTrained(vectorField: field, try TrainedIndex(path, "path"))
    }
}

@c @implementation
public func qv_set_recall(_ collection: qv_collection, _ recall: Double) -> qv_status {
    alter(collection) { () throws(CallFailure) in .setRecall(recall == 0 ? nil : recall) }
}

@c @implementation
public func qv_set_text_fields(
    _ collection: qv_collection,
    _ fields: UnsafePointer<qv_text_field>?,
    _ count: UInt64
) -> qv_status {
    alter(collection) { () throws(CallFailure) in
        .setTextFields(try TextField.array(fields, count: count, "fields"))
    }
}

@c @implementation
public func qv_rename_collection(
    _ collection: qv_collection,
    _ new_name: UnsafePointer<CChar>?
) -> qv_status {
    alter(collection) { () throws(CallFailure) in
        .renameCollection(try Arguments.string(new_name, "new_name"))
    }
}

/// Makes one change to a collection's schema.
func alter(
    _ collection: qv_collection,
    _ change: () throws(CallFailure) -> SchemaChange
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.writable(collection)
        let change = try change()
        try engine { () throws(StoreError) in try collection.alter([change]) }
    }
}
