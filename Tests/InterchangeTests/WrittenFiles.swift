import Foundation
import TestSupport

extension TemporaryDirectory {
    /// Writes `bytes` to the file `name` and returns its path.
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        let path = file(name)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    func write(_ text: String, to name: String) throws -> String {
        try write(Array(text.utf8), to: name)
    }
}

/// The bytes of `numbers`, little-endian.
func littleEndian<Number: FixedWidthInteger>(_ numbers: [Number]) -> [UInt8] {
    numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }
}

func littleEndian(_ numbers: [Float]) -> [UInt8] {
    littleEndian(numbers.map(\.bitPattern))
}

/// An `.npy` file with the dictionary `header`, padded as NumPy pads it.
func npy(_ header: String, _ data: [UInt8], version: UInt8 = 1) -> [UInt8] {
    let lengthSize = version == 1 ? 2 : 4
    let unpadded = 8 + lengthSize + header.utf8.count + 1
    let padding = (64 - unpadded % 64) % 64
    let length = header.utf8.count + padding + 1
    let lengthBytes = (0..<lengthSize).map { UInt8(length >> (8 * $0) & 0xFF) }
    let padded = Array(header.utf8) + Array(repeating: 0x20, count: padding) + [0x0A]
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + lengthBytes + padded + data
}

func npyHeader(_ type: String, _ shape: String, fortran: String = "False") -> String {
    "{'descr': '\(type)', 'fortran_order': \(fortran), 'shape': \(shape), }"
}
