import CQuiverABI
import Glibc

/// A struct of the caller's to be filled in, checked before the work is done.
struct Output<Value: VersionedStruct> {
    private let pointer: UnsafeMutableRawPointer
    private let byteCount: Int

    init(_ pointer: UnsafeMutablePointer<Value>?, _ name: String) throws(CallFailure) {
        guard let pointer else { throw .argument("\(name) is NULL") }
        self.pointer = UnsafeMutableRawPointer(pointer)
        byteCount = try Value.byteCount(at: pointer, name)
    }

    /// As the initialiser, but `nil` for a pointer that may be NULL and is.
    static func optional(_ pointer: UnsafeMutablePointer<Value>?, _ name: String)
        throws(CallFailure) -> Self?
    {
        pointer == nil ? nil : try Self(pointer, name)
    }

    func fill(_ value: Value) {
        value.fill(pointer, byteCount: byteCount)
    }
}

/// An array of structs of the caller's to be filled in.
struct OutputArray<Value: VersionedStruct> {
    private let pointer: UnsafeMutableRawPointer?
    private let byteCount: Int

    init(
        _ pointer: UnsafeMutablePointer<Value>?,
        count: Int,
        _ name: String
    ) throws(CallFailure) {
        guard count > 0 else {
            self.pointer = nil
            byteCount = 0
            return
        }
        guard let pointer else { throw .argument("\(name) is NULL and has \(count) elements") }
        let first = UnsafeMutableRawPointer(pointer)
        let byteCount = try Value.byteCount(at: first, "\(name)[0]")
        guard byteCount.isMultiple(of: MemoryLayout<Value>.alignment) else {
            throw .argument("\(name)[0]: struct_size is \(byteCount), no multiple of an alignment")
        }
        for index in 1..<max(1, count) {
            let size = (first + index * byteCount).load(as: UInt32.self)
            guard size == byteCount else {
                throw .argument("\(name)[\(index)]: struct_size is \(size), not \(byteCount)")
            }
        }
        self.pointer = first
        self.byteCount = byteCount
    }

    func fill(_ index: Int, _ value: Value) {
        guard let pointer else { return }
        value.fill(pointer + index * byteCount, byteCount: byteCount)
    }
}

extension VersionedStruct {
    /// Fills in as much as the caller's version of the struct has room for, and zeros what this version lacks.
    func fill(_ pointer: UnsafeMutableRawPointer, byteCount: Int) {
        var value = self
        value.struct_size = UInt32(byteCount)
        let known = min(byteCount, MemoryLayout<Self>.size)
        withUnsafeBytes(of: value) { bytes in
            pointer.copyMemory(
                from: bytes.baseAddress ?? UnsafeRawPointer(pointer),
                byteCount: known
            )
        }
        memset(pointer + known, 0, byteCount - known)
    }
}
