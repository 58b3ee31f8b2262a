// The contract of these functions is include/quiver.h, and is written there alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CQuiverABI
import Quiver

@c @implementation
public func qv_train(
    _ collection: qv_collection,
    _ options: UnsafePointer<qv_training_options>?,
    _ path: UnsafePointer<CChar>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.find(collection, "collection", \.readable)
        guard let options else { throw .argument("options is NULL") }
        let settings = try qv_training_options(reading: options, "options")
        let path = try Arguments.string(path, "path")
        let text = try Arguments.string(settings.index, "options: index")
        let field = try Arguments.nameOrNil(settings.vector_field, "options: vector_field")
        let threadCount = try Arguments.threadCount(settings.thread_count)
        let progress = ProgressCallback(settings.progress, settings.context)
        let snapshot = try collection.snapshot()
        try engine { () throws(StoreError) in
            try snapshot.train(
                try IndexSpecification(parsing: text),
                vectorField: field,
                rowLimit: settings.row_limit == 0 ? nil : Int(clamping: settings.row_limit),
                seed: settings.seed,
                threadCount: threadCount
            ) { progress.goesOn(0, 0) }.write(to: path)
        }
    }
}

extension TrainedIndex {
    /// Those of the vector fields of a collection that is to be, by their names.
    static func indexes(
        _ options: qv_collection_options
    ) throws(CallFailure) -> [String: TrainedIndex] {
        var indexes: [String: TrainedIndex] = [:]
        if let path = options.trained {
            indexes[VectorField.unnamed] = try TrainedIndex(path, "options: trained")
        }
        let fields = try qv_vector_field.array(
            options.vector_fields,
            count: options.vector_field_count,
            "options: vector_fields"
        )
        for (ordinal, field) in fields.enumerated() {
            guard let path = field.trained else { continue }
            let place = "options: vector_fields[\(ordinal)]"
            let name = try Arguments.optionalName(field.name, "\(place): name")
            indexes[name] = try TrainedIndex(path, "\(place): trained")
        }
        return indexes
    }

    /// What a C caller's file has.
    init(_ path: UnsafePointer<CChar>?, _ name: String) throws(CallFailure) {
        let path = try Arguments.string(path, name)
        self = try engine { () throws(StoreError) in try TrainedIndex(contentsOf: path) }
    }
}
