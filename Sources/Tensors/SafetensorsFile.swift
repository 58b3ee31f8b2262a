import Files
import JSON

/// A safetensors file, mapped: names, types and shapes are read and checked, the numbers stay where they are.
///
/// The format (huggingface/safetensors, README "Format"):
///
///     offset        bytes  what
///     0             8      N, the header's length, little-endian
///     8             N      JSON: {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …,
///                          "__metadata__": {"key": "value", …}}
///     8 + N         …      the numbers, little-endian, row-major; data_offsets count from here
///
/// Nothing in the header is believed: offsets have to be inside the file, to agree with type and shape, and to
/// cover the bytes after the header without gap or overlap, so that no two tensors share a byte.
public final class SafetensorsFile: Sendable {
    /// Where it was opened.
    public var path: String { file.path }
    /// The tensors in the order of their bytes.
    public let tensors: [StoredTensor]
    /// `__metadata__`, where the file has it.
    public let metadata: [String: String]

    private let file: MappedFile
    private let positions: [String: Int]

    /// The format's own limit.
    private static let maximumHeaderByteCount: UInt64 = 100_000_000

    /// Maps the file at `path` and checks its header. Reads none of the numbers.
    public init(path: String) throws(TensorError) {
        do {
            file = try MappedFile(path: path)
        } catch {
            throw .file(error)
        }
        let header = try Self.header(of: file)
        var metadata: [String: String] = [:]
        var tensors: [StoredTensor] = []
        for member in header.object.members {
            if member.name == "__metadata__" {
                metadata = try Self.metadata(member.value, path: path)
            } else {
                tensors.append(
                    try StoredTensor(
                        name: member.name,
                        description: member.value,
                        file: file,
                        firstByte: header.byteCount
                    )
                )
            }
        }
        tensors.sort {
            ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
        }
        var end = header.byteCount
        for tensor in tensors {
            guard tensor.range.lowerBound == end else {
                throw .gapOrOverlap(
                    path: path,
                    tensor: tensor.name,
                    expected: end - header.byteCount,
                    found: tensor.range.lowerBound - header.byteCount
                )
            }
            end = tensor.range.upperBound
        }
        guard end == file.byteCount else {
            throw .gapOrOverlap(
                path: path,
                tensor: "",
                expected: end - header.byteCount,
                found: file.byteCount - header.byteCount
            )
        }
        self.tensors = tensors
        self.metadata = metadata
        // The JSON reader has refused names that come twice, comparing bytes; Swift's strings also count
        // canonically equivalent names as equal, of which the first stays.
        positions = Dictionary(
            zip(tensors.map(\.name), tensors.indices),
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// The tensor `name`.
    public func tensor(_ name: String) throws(TensorError) -> StoredTensor {
        guard let position = positions[name] else { throw .missing(path: path, tensor: name) }
        return tensors[position]
    }

    /// Whether there is a tensor `name`.
    public func contains(_ name: String) -> Bool {
        positions[name] != nil
    }

    /// The header, and where the numbers begin.
    private static func header(
        of file: MappedFile
    ) throws(TensorError) -> (object: JSONObject, byteCount: Int) {
        let bytes = file.unsafeBytes
        guard bytes.count >= 8 else {
            throw .headerLength(path: file.path, found: UInt64(bytes.count), limit: 0)
        }
        let byteCount = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        let limit = min(UInt64(bytes.count - 8), maximumHeaderByteCount)
        guard byteCount <= limit else {
            throw .headerLength(path: file.path, found: byteCount, limit: limit)
        }
        let end = 8 + Int(byteCount)
        let value: JSONValue
        do {
            value = try JSONValue(parsing: UnsafeRawBufferPointer(rebasing: bytes[8..<end]))
        } catch {
            throw .header(path: file.path, error)
        }
        guard let object = value.object else {
            throw .headerField(
                path: file.path,
                tensor: "",
                field: "the header",
                expected: "an object",
                found: value.kind
            )
        }
        return (object, end)
    }

    private static func metadata(
        _ value: JSONValue,
        path: String
    ) throws(TensorError) -> [String: String] {
        func refused(_ found: JSONValue, _ expected: String) -> TensorError {
            .headerField(
                path: path,
                tensor: "__metadata__",
                field: "the metadata",
                expected: expected,
                found: found.kind
            )
        }
        guard let members = value.object?.members else { throw refused(value, "an object") }
        var metadata: [String: String] = [:]
        for member in members {
            guard let text = member.value.string else { throw refused(member.value, "strings") }
            metadata[member.name] = text
        }
        return metadata
    }
}
