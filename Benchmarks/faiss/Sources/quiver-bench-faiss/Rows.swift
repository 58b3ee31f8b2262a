import Foundation

/// The float32 rows of an NPY file.
func rows(_ path: String) throws -> [Float] {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    // Magic, version, then the length of the header, 16 bits in version 1.
    let start = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
    return bytes[start...].withUnsafeBytes { bytes in
        [Float](unsafeUninitializedCapacity: bytes.count / 4) { values, count in
            UnsafeMutableRawBufferPointer(values).copyMemory(from: bytes)
            count = bytes.count / 4
        }
    }
}
