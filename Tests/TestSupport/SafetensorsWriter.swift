import Foundation

/// Writes small safetensors files, right ones and, through `header`, any wrong one.
public struct SafetensorsWriter {
    private var entries: [String] = []
    private var body = Data()

    /// A file without tensors.
    public init() {}

    /// Adds float32 numbers.
    public mutating func add(_ name: String, shape: [Int], _ values: [Float]) {
        add(
            name,
            type: "F32",
            shape: shape,
            bytes: values.flatMap { littleEndianBytes($0.bitPattern) }
        )
    }

    /// Adds numbers of any type.
    public mutating func add(_ name: String, type: String, shape: [Int], bytes: [UInt8]) {
        let end = body.count + bytes.count
        entries.append(
            "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":[\(body.count),\(end)]}"
        )
        body.append(contentsOf: bytes)
    }

    /// Writes the file.
    public func write(to path: String) throws {
        try Self.write(header: "{\(entries.joined(separator: ","))}", body: Array(body), to: path)
    }

    /// Writes a file of any header.
    public static func write(header: String, body: [UInt8], to path: String) throws {
        let file = littleEndianBytes(UInt64(header.utf8.count)) + Array(header.utf8) + body
        try Data(file).write(to: URL(fileURLWithPath: path))
    }
}

/// The bytes of an integer, lowest first.
public func littleEndianBytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian, Array.init)
}
