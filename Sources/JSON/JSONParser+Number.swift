extension JSONParser {
    /// Reads a number whose first byte, `-` or a digit, is at `position`.
    mutating func parseNumber(_ bytes: Span<UInt8>) throws(Failure) -> JSONValue {
        let start = position
        let isNegative = bytes[position] == UInt8(ascii: "-")
        if isNegative { position += 1 }

        // The number is ±mantissa · 10^exponent, as long as the digits fit.
        var mantissa: UInt64 = 0
        var digitsFit = true
        var exponent = 0

        let firstDigit = position
        if isNegative, isNotFinite(bytes, at: position) {
            throw Failure(problem: .notANumber, byteOffset: start)
        }
        try parseDigits(bytes, into: &mantissa, &digitsFit)
        if bytes[firstDigit] == UInt8(ascii: "0"), position > firstDigit + 1 {
            throw Failure(problem: .leadingZero, byteOffset: firstDigit)
        }
        var isInteger = true
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            let firstDecimal = position
            try parseDigits(bytes, into: &mantissa, &digitsFit)
            exponent = firstDecimal - position
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            var isExponentNegative = false
            if position < bytes.count,
                bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+")
            {
                isExponentNegative = bytes[position] == UInt8(ascii: "-")
                position += 1
            }
            var magnitude: UInt64 = 0
            var magnitudeFits = true
            try parseDigits(bytes, into: &magnitude, &magnitudeFits)
            // Beyond any double, and far enough from overflow.
            let bounded = magnitudeFits ? Int(min(magnitude, 1 << 32)) : 1 << 32
            exponent += isExponentNegative ? -bounded : bounded
        }

        if isInteger, digitsFit {
            if !isNegative {
                return Int64(exactly: mantissa).map { .integer($0) } ?? .unsigned(mantissa)
            }
            if mantissa > 0, mantissa <= Int64.min.magnitude {
                return .integer(Int64(truncatingIfNeeded: 0 &- mantissa))
            }
        }
        if digitsFit, let magnitude = double(mantissa, exponent: exponent) {
            return .number(isNegative ? -magnitude : magnitude)
        }
        scratch.removeAll(keepingCapacity: true)
        for offset in start..<position { scratch.append(bytes[offset]) }
        // The standard library's conversion is correctly rounded and knows no locale, unlike `strtod`.
        guard let number = Double(String(decoding: scratch, as: UTF8.self)), number.isFinite else {
            throw Failure(problem: .numberOutOfRange, byteOffset: start)
        }
        return .number(number)
    }

    /// Reads one digit or more, which lengthen the decimal number `value` while it fits.
    private mutating func parseDigits(
        _ bytes: Span<UInt8>,
        into value: inout UInt64,
        _ fits: inout Bool
    ) throws(Failure) {
        let start = position
        while position < bytes.count {
            let digit = bytes[position] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            let (tens, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = tens.addingReportingOverflow(UInt64(digit))
            if overflowed || carried { fits = false }
            value = sum
            position += 1
        }
        guard position > start else {
            throw position < bytes.count ? unexpected(bytes, expected: "a digit") : end(bytes)
        }
    }
}

/// mantissa · 10^exponent, correctly rounded; nil where the exponent is too large for the short ways.
private func double(_ mantissa: UInt64, exponent: Int) -> Double? {
    if mantissa == 0 { return 0 }
    let magnitude = Int(exponent.magnitude)
    if mantissa <= 1 << 53, magnitude <= 22 {
        // Both operands are exact, so the one operation rounds once (Clinger 1990).
        return exponent < 0
            ? Double(mantissa) / powersOfTen[magnitude] : Double(mantissa) * powersOfTen[magnitude]
    }
    // A power of five up to the 27th fits into 64 bits: the exact 128-bit product, or the quotient and
    // whether there is a remainder, say all that rounding needs to know.
    guard magnitude <= 27 else { return nil }
    let factor = powersOfFive[magnitude]
    if exponent >= 0 {
        let (high, low) = mantissa.multipliedFullWidth(by: factor)
        if high == 0 { return scaled(low, isInexact: false, by: exponent) }
        let shift = high.leadingZeroBitCount
        let top = shift == 0 ? high : high << UInt64(shift) | low >> UInt64(64 - shift)
        return scaled(top, isInexact: low << UInt64(shift) != 0, by: exponent + 64 - shift)
    }
    let dividendShift = mantissa.leadingZeroBitCount
    let divisorShift = factor.leadingZeroBitCount
    let dividend = mantissa << UInt64(dividendShift)
    // Half of a 64-bit number is below a divisor whose top bit is set, so the quotient fits.
    let (quotient, remainder) = (factor << UInt64(divisorShift))
        .dividingFullWidth((high: dividend >> 1, low: dividend << 63))
    return scaled(
        quotient,
        isInexact: remainder != 0,
        by: exponent - dividendShift + divisorShift - 63
    )
}

/// value · 2^exponent, rounded to nearest, ties to even. `isInexact` says that the true value is a
/// little above, by less than 1.
private func scaled(_ value: UInt64, isInexact: Bool, by exponent: Int) -> Double {
    // A set lowest bit, 10 places below those that are kept, breaks a tie as the lost part would.
    // With fewer than 63 bits nothing was lost, and the conversion is exact or rounds by itself.
    let sticky = isInexact ? value | 1 : value
    // Far from both ends of the exponent's range, so the power of two is normal and scaling is exact.
    return Double(sticky) * Double(bitPattern: UInt64(1023 + exponent) << 52)
}

private let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17,
    1e18, 1e19, 1e20, 1e21, 1e22,
]

private let powersOfFive: [UInt64] = (0...27).map { exponent in
    (0..<exponent).reduce(UInt64(1)) { power, _ in power * 5 }
}
