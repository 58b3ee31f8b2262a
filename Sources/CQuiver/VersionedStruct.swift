import CQuiverABI

/// A struct of the header that begins with its own size, so that it can grow at its end.
protocol VersionedStruct {
    init()
    var struct_size: UInt32 { get set }
    /// Its size in the first version that had it: nobody's can be smaller.
    static var firstByteCount: Int { get }
}

extension qv_open_options: VersionedStruct { static var firstByteCount: Int { 16 } }
extension qv_verification: VersionedStruct { static var firstByteCount: Int { 40 } }
extension qv_repair_report: VersionedStruct { static var firstByteCount: Int { 48 } }
extension qv_collection_options: VersionedStruct { static var firstByteCount: Int { 24 } }
extension qv_statistics: VersionedStruct { static var firstByteCount: Int { 64 } }
extension qv_document: VersionedStruct { static var firstByteCount: Int { 64 } }
extension qv_receipt: VersionedStruct { static var firstByteCount: Int { 48 } }
extension qv_search_options: VersionedStruct { static var firstByteCount: Int { 40 } }
extension qv_hit: VersionedStruct { static var firstByteCount: Int { 88 } }
extension qv_stored_document: VersionedStruct { static var firstByteCount: Int { 72 } }
extension qv_maintenance_options: VersionedStruct { static var firstByteCount: Int { 24 } }
extension qv_field: VersionedStruct { static var firstByteCount: Int { 72 } }
extension qv_vector_field: VersionedStruct { static var firstByteCount: Int { 56 } }
extension qv_vectors: VersionedStruct { static var firstByteCount: Int { 48 } }
extension qv_field_update: VersionedStruct { static var firstByteCount: Int { 72 } }
extension qv_scan_options: VersionedStruct { static var firstByteCount: Int { 32 } }
extension qv_sentence_options: VersionedStruct { static var firstByteCount: Int { 16 } }
extension qv_text_field: VersionedStruct { static var firstByteCount: Int { 32 } }
extension qv_snapshot_report: VersionedStruct { static var firstByteCount: Int { 24 } }
extension qv_scope: VersionedStruct { static var firstByteCount: Int { 88 } }
extension qv_source: VersionedStruct { static var firstByteCount: Int { 120 } }
extension qv_query: VersionedStruct { static var firstByteCount: Int { 56 } }
extension qv_hit_arrays: VersionedStruct { static var firstByteCount: Int { 80 } }
extension qv_search_part: VersionedStruct { static var firstByteCount: Int { 56 } }
extension qv_recall_choice: VersionedStruct { static var firstByteCount: Int { 24 } }
extension qv_recall_point: VersionedStruct { static var firstByteCount: Int { 64 } }
extension qv_calibration_options: VersionedStruct { static var firstByteCount: Int { 64 } }
extension qv_tuning_options: VersionedStruct { static var firstByteCount: Int { 96 } }
extension qv_tuning_summary: VersionedStruct { static var firstByteCount: Int { 56 } }
extension qv_index_trial: VersionedStruct { static var firstByteCount: Int { 56 } }
extension qv_trial_point: VersionedStruct { static var firstByteCount: Int { 64 } }
extension qv_clustering_options: VersionedStruct { static var firstByteCount: Int { 56 } }
extension qv_training_options: VersionedStruct { static var firstByteCount: Int { 56 } }
extension qv_neighbour_options: VersionedStruct { static var firstByteCount: Int { 104 } }
extension qv_neighbour_summary: VersionedStruct { static var firstByteCount: Int { 32 } }
extension qv_search_step: VersionedStruct { static var firstByteCount: Int { 24 } }
extension qv_encoder_options: VersionedStruct { static var firstByteCount: Int { 32 } }
extension qv_encoder_report: VersionedStruct { static var firstByteCount: Int { 48 } }
extension qv_encode_options: VersionedStruct { static var firstByteCount: Int { 40 } }
extension qv_encoded_rows: VersionedStruct { static var firstByteCount: Int { 64 } }
extension qv_put_options: VersionedStruct { static var firstByteCount: Int { 64 } }

extension VersionedStruct {
    /// The struct that `pointer` leads to. Fields that its program's version lacks are zero; fields that only
    /// its program's version has must be.
    init(reading pointer: UnsafeRawPointer, _ name: String) throws(CallFailure) {
        let byteCount = try Self.byteCount(at: pointer, name)
        self.init()
        let known = min(byteCount, MemoryLayout<Self>.size)
        withUnsafeMutableBytes(of: &self) { bytes in
            bytes.copyMemory(from: UnsafeRawBufferPointer(start: pointer, count: known))
        }
        for offset in known..<byteCount
        where pointer.load(fromByteOffset: offset, as: UInt8.self) != 0 {
            throw .argument("\(name) sets a field that this version of the library does not have")
        }
    }

    /// The structs of an array of the caller's, whose version of the struct may be shorter or longer than ours.
    static func array(
        _ pointer: UnsafePointer<Self>?,
        count: UInt64,
        _ name: String
    ) throws(CallFailure) -> [Self] {
        let array = try Arguments.array(pointer, count: count, name)
        guard let first = UnsafeRawPointer(array.baseAddress) else { return [] }
        let stride = try byteCount(at: first, "\(name)[0]")
        var found: [Self] = []
        found.reserveCapacity(array.count)
        for index in array.indices {
            let element = try Self(reading: first + index * stride, "an element of \(name)")
            guard element.struct_size == stride else {
                throw .argument(
                    "\(name)[\(index)]: struct_size is \(element.struct_size), not \(stride)"
                )
            }
            found.append(element)
        }
        return found
    }

    /// The size that the struct at `pointer` gives for itself.
    static func byteCount(at pointer: UnsafeRawPointer, _ name: String) throws(CallFailure)
        -> Int
    {
        guard UInt(bitPattern: pointer).isMultiple(of: UInt(MemoryLayout<Self>.alignment)) else {
            throw .argument("\(name) is not aligned")
        }
        let byteCount = Int(pointer.load(as: UInt32.self))
        guard (firstByteCount...largestStruct).contains(byteCount) else {
            throw .argument(
                "\(name): struct_size is \(byteCount), expected sizeof the struct (\(MemoryLayout<Self>.size))"
            )
        }
        return byteCount
    }
}

/// No struct of the header will ever grow past this.
private let largestStruct = 4_096
