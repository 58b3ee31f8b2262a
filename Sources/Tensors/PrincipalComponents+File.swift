public import Files
import Glibc
import JSON

/// Principal components as a safetensors file:
///
///     tensor          shape                       what
///     mean            [inputCount]                float32
///     components      [outputCount × inputCount]  float32
///     variances       [outputCount]               float32
///     total_variance  [1]                         float32
///
/// with the metadata `format` = `quiver-principal-components-1` and `source`.
extension PrincipalComponents {
    private static let format = "quiver-principal-components-1"

    /// Reads the file at `path`.
    public init(path: String) throws(TensorError) {
        let file = try SafetensorsFile(path: path)
        let format = file.metadata["format"] ?? "nothing"
        guard format == Self.format else {
            throw .headerField(
                path: path,
                tensor: "__metadata__",
                field: "format",
                expected: Self.format,
                found: format
            )
        }
        let mean = try Self.numbers("mean", of: file)
        let variances = try Self.numbers("variances", of: file)
        guard variances.count <= mean.count else {
            throw .shape(
                path: path,
                tensor: "variances",
                expected: [mean.count],
                found: [variances.count]
            )
        }
        let components = try Self.numbers(
            "components",
            of: file,
            shape: [variances.count, mean.count]
        )
        let total = try Self.numbers("total_variance", of: file, shape: [1])
        self.init(
            mean: mean,
            components: components,
            variances: variances,
            totalVariance: total[0],
            source: file.metadata["source"] ?? ""
        )
    }

    /// Writes the file at `path`, which appears, or replaces another, when it is whole and durable.
    public func write(to path: String, fileSystem: FileSystem = .system) throws(FileError) {
        var header = JSONWriter()
        header.beginObject()
        header.name("__metadata__")
        header.beginObject()
        header.name("format")
        header.string(Self.format)
        header.name("source")
        header.string(source)
        header.endObject()
        var bytes: [UInt8] = []
        for (name, shape, values) in [
            ("mean", [inputCount], mean), ("components", [outputCount, inputCount], components),
            ("variances", [outputCount], variances), ("total_variance", [1], [totalVariance]),
        ] {
            let start = bytes.count
            for value in values {
                withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
            }
            header.name(name)
            header.beginObject()
            header.name("dtype")
            header.string("F32")
            header.name("shape")
            header.beginArray()
            for count in shape { header.integer(count) }
            header.endArray()
            header.name("data_offsets")
            header.beginArray()
            header.integer(start)
            header.integer(bytes.count)
            header.endArray()
            header.endObject()
        }
        header.endObject()
        var contents = header.bytes
        // The format pads its header with spaces; numbers then begin on a multiple of their size.
        while !contents.count.isMultiple(of: 8) { contents.append(UInt8(ascii: " ")) }
        let byteCount = UInt64(contents.count)
        contents.insert(contentsOf: withUnsafeBytes(of: byteCount.littleEndian, Array.init), at: 0)
        contents += bytes
        try replaceFile(at: path, with: contents, in: fileSystem)
    }

    /// - Parameter shape: `nil` stands for a vector of any length but 0.
    private static func numbers(
        _ name: String,
        of file: SafetensorsFile,
        shape: [Int]? = nil
    ) throws(TensorError) -> [Float] {
        let tensor = try file.tensor(name)
        return try FloatTensor(tensor, expecting: shape ?? [max(1, tensor.count)]).copied()
    }
}

/// Writes a file beside the one at `path`, and gives it that name.
private func replaceFile(
    at path: String,
    with contents: [UInt8],
    in fileSystem: FileSystem
) throws(FileError) {
    let partialPath = path + ".partial"
    _ = fileSystem.unlink(partialPath)
    var file = try OutputFile(creating: partialPath, in: fileSystem)
    try contents.span.bytes.withUnsafeBytes { (buffer) throws(FileError) in
        try file.write(buffer, at: 0)
    }
    try file.finish()
    guard fileSystem.rename(partialPath, path) == 0 else {
        let code = errno
        _ = fileSystem.unlink(partialPath)
        throw .system(operation: "rename", path: path, code: code)
    }
}
