internal import CFAISS
internal import Glibc

/// Throws `.outOfMemory` unless the kernel promises memory for `count` elements of so many bytes.
///
/// Swift ends the process when there is no memory for an array, so an array as large as a caller says is asked for here
/// first. A kernel that overcommits may promise more than it has, but not more than all memory there is.
func checkRoom(for count: Int, elementByteCount: Int) throws(FAISSError) {
    let (byteCount, overflow) = count.multipliedReportingOverflow(by: elementByteCount)
    guard !overflow, count >= 0 else { throw .outOfMemory }
    // Less than this is not worth the question.
    guard byteCount > 1 << 20 else { return }
    let flags = MAP_PRIVATE | MAP_ANONYMOUS
    guard let memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0),
        memory != MAP_FAILED
    else { throw .outOfMemory }
    munmap(memory, byteCount)
}

/// The number of elements of an array `[rows × columns]`.
func elementCount(_ rows: Int, _ columns: Int) throws(FAISSError) -> Int {
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard !overflow else { throw .outOfMemory }
    return count
}

/// An array of `count` elements, all of which `fill` writes if it returns CFAISS_OK.
func filledArray<Element: BitwiseCopyable>(
    _ count: Int,
    _ fill: (UnsafeMutablePointer<Element>?) -> cfaiss_status
) throws(FAISSError) -> [Element] {
    try checkRoom(for: count, elementByteCount: MemoryLayout<Element>.stride)
    var status = CFAISS_OK
    let elements = [Element](unsafeUninitializedCapacity: count) { buffer, initializedCount in
        status = fill(buffer.baseAddress)
        initializedCount = status == CFAISS_OK ? count : 0
    }
    try check(status)
    return elements
}
