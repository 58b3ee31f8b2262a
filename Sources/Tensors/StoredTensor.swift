import Files
import JSON

/// A tensor in a mapped file, as it is stored there.
public struct StoredTensor: Sendable {
    /// Its name in the file.
    public let name: String
    /// The type of its numbers.
    public let elementType: ElementType
    /// Its dimensions, the last one contiguous. Empty for a single number.
    public let shape: [Int]
    /// How many numbers.
    public let count: Int
    /// Its bytes in the file.
    public let range: Range<Int>

    let file: MappedFile

    /// Checks a tensor's entry in a safetensors header whose numbers begin at `firstByte`.
    init(
        name: String,
        description: JSONValue,
        file: MappedFile,
        firstByte: Int
    ) throws(TensorError) {
        let path = file.path
        func refused(_ field: String, _ expected: String, _ found: JSONValue?) -> TensorError {
            .headerField(
                path: path,
                tensor: name,
                field: field,
                expected: expected,
                found: found?.kind ?? "nothing"
            )
        }
        guard let members = description.object else {
            throw refused("its entry", "an object", description)
        }
        guard let typeName = members["dtype"]?.string else {
            throw refused("dtype", "a string", members["dtype"])
        }
        guard let elementType = ElementType(rawValue: typeName) else {
            throw .elementType(path: path, tensor: name, found: typeName)
        }
        let shape = try Self.naturals(members["shape"]) {
            refused("shape", "an array of counts", $0)
        }
        let offsets = try Self.naturals(members["data_offsets"]) {
            refused("data_offsets", "two byte offsets", $0)
        }
        guard offsets.count == 2 else {
            throw refused("data_offsets", "two byte offsets", members["data_offsets"])
        }
        var count = 1
        var overflow = false
        for dimension in shape {
            let product = count.multipliedReportingOverflow(by: dimension)
            count = product.partialValue
            overflow = overflow || product.overflow
        }
        let byteCount = count.multipliedReportingOverflow(by: elementType.byteCount)
        guard !overflow, !byteCount.overflow else {
            throw .shapeOverflow(path: path, tensor: name, shape: shape)
        }
        let available = file.byteCount - firstByte
        guard offsets[0] <= offsets[1], offsets[1] <= available else {
            throw .offsets(
                path: path,
                tensor: name,
                begin: offsets[0],
                end: offsets[1],
                available: available
            )
        }
        guard offsets[1] - offsets[0] == byteCount.partialValue else {
            throw .byteCount(
                path: path,
                tensor: name,
                expected: byteCount.partialValue,
                found: offsets[1] - offsets[0]
            )
        }
        self.name = name
        self.elementType = elementType
        self.shape = shape
        self.count = count
        self.range = firstByte + offsets[0]..<firstByte + offsets[1]
        self.file = file
    }

    /// The numbers as they lie in the file, valid during `body`.
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let part = UnsafeRawBufferPointer(rebasing: file.unsafeBytes[range])
        let result = try body(part)
        withExtendedLifetime(file) {}
        return result
    }

    private static func naturals(
        _ value: JSONValue?,
        _ refused: (JSONValue?) -> TensorError
    ) throws(TensorError) -> [Int] {
        guard let array = value?.array else { throw refused(value) }
        var result: [Int] = []
        for element in array {
            guard let number = element.int, number >= 0 else { throw refused(element) }
            result.append(number)
        }
        return result
    }
}
