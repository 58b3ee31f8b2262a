import CXXHash

/// XXH3-64 of `bytes`, bound to what they are by `seed`.
func checksum(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
    cxxhash_xxh3(bytes.baseAddress, bytes.count, seed)
}

/// XXH3-64 of a text's UTF-8, as hits carry it. Never 0, which stands for "no text".
func textHash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    max(1, checksum(bytes))
}
