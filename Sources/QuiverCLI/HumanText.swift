/// `number` with `places` digits behind the point.
func decimal(_ number: Double, places: Int) -> String {
    var factor = 1.0
    for _ in 0..<places { factor *= 10 }
    let scaled = (number * factor).rounded()
    guard scaled.magnitude < 9e15 else { return "\(number)" }
    let units = Int(scaled.magnitude)
    let sign = scaled < 0 ? "-" : ""
    guard places > 0 else { return "\(sign)\(units)" }
    let digits = "\(units)".paddedLeft(to: places + 1, with: "0")
    return sign + digits.dropLast(places) + "." + digits.suffix(places)
}

/// `text` without anything that a terminal would obey: control characters become spaces.
func printable(_ text: some StringProtocol) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        let isControl =
            scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value || scalar.value == 0x2028
            || scalar.value == 0x2029
        scalars.append(isControl ? " " : scalar)
    }
    return String(scalars)
}

/// The beginning of `text` on one line of `width` characters.
func cut(_ text: String, to width: Int) -> String {
    // Only so much is looked at, however long the text is.
    let head = printable(
        text.unicodeScalars.prefix(width * 4).reduce(into: "") { $0.unicodeScalars.append($1) }
    )
    guard head.count > width else { return head }
    return head.prefix(max(0, width - 1)) + "…"
}

/// `count` of what `noun` names.
func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)" + (count == 1 ? "" : "s")
}

/// A number of bytes in binary units.
func byteSize(_ byteCount: Int) -> String {
    var size = Double(byteCount)
    for unit in ["bytes", "KiB", "MiB", "GiB"] {
        if size < 1024 {
            return unit == "bytes" ? "\(byteCount) bytes" : "\(decimal(size, places: 1)) \(unit)"
        }
        size /= 1024
    }
    return "\(decimal(size, places: 1)) TiB"
}

extension String {
    func paddedLeft(to width: Int, with character: Character = " ") -> String {
        String(repeating: character, count: max(0, width - count)) + self
    }

    func paddedRight(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
