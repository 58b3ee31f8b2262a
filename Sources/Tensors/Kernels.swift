import CKernels

/// The loops in C that the operations run, for one instruction set.
///
/// Results of two instruction sets differ in the last bits; those of one never depend on how rows are batched
/// or on how many threads work.
public struct Kernels: Sendable, CustomStringConvertible {
    // A constant table in the program's read-only memory.
    nonisolated(unsafe) let table: UnsafePointer<qk_nn_kernels>

    /// Those for the widest instruction set that this processor has (or the one that `QUIVER_SIMD` names).
    public static let best = Kernels(table: qk_nn_best())

    /// All that this processor can run, the portable ones first.
    public static var available: [Kernels] {
        [QK_SIMD_PORTABLE, QK_SIMD_NEON, QK_SIMD_AVX2, QK_SIMD_AVX512]
            .compactMap { simd in qk_nn_at(simd).map(Kernels.init(table:)) }
    }

    /// `AVX-512`, `AVX2` or `portable`.
    public var description: String { String(cString: table.pointee.name) }
}
