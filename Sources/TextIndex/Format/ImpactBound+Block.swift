extension ImpactBound {
    /// The bounds of a block of counts.
    ///
    /// - Parameters:
    ///   - values: as they are stored, less 1.
    static func pair(ofCounts values: [UInt32], lengths: [UInt32]) -> [ImpactBound] {
        let most = values.max() ?? 0
        // The split that makes most of what is common: documents that have the term once, and the rest.
        let middle = most / 2
        var high = (value: UInt32(0), length: UInt32.max)
        var low = (value: UInt32(0), length: UInt32.max)
        for (value, length) in zip(values, lengths) {
            if value > middle {
                high = (max(high.value, value), min(high.length, length))
            } else {
                low = (max(low.value, value), min(low.length, length))
            }
        }
        if high.length == .max { high = low }
        if low.length == .max { low = high }
        return [high, low].map {
            ImpactBound(
                value: UInt16(clamping: UInt64($0.value) + 1),
                length: UInt16(clamping: $0.length)
            )
        }
    }

    /// The bounds of a block of weights.
    static func pair(ofWeights values: [UInt32]) -> [ImpactBound] {
        let most = values.max() ?? 0
        let upper = most >> 16 + (most & 0xFFFF == 0 ? 0 : 1)
        let bound = ImpactBound(value: UInt16(clamping: upper), length: 0)
        return [bound, bound]
    }
}
