/// A moment in the years 0 to 9999 of the proleptic Gregorian calendar, UTC, to the nanosecond, without leap seconds.
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Seconds since 1970-01-01T00:00:00Z.
    public let seconds: Int64
    /// 0…999,999,999 nanoseconds after that second.
    public let nanoseconds: UInt32

    /// The seconds of the first and the last moment.
    static let range: ClosedRange<Int64> = -62_167_219_200...253_402_300_799

    /// A moment; `nil` outside of the years 0 to 9999.
    public init?(seconds: Int64, nanoseconds: UInt32 = 0) {
        guard Self.range.contains(seconds), nanoseconds < 1_000_000_000 else { return nil }
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// 1970-01-01T00:00:00Z.
    static let epoch = Timestamp()

    private init() {
        seconds = 0
        nanoseconds = 0
    }

    /// Whether `left` is earlier.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}

extension Timestamp {
    /// Reads RFC 3339: `2026-11-28T10:25:49Z`, `2026-11-28T10:25:49.5+01:00`. `T` and `Z` may be small, `T` may be a space.
    ///
    /// `nil` for everything else: fractions finer than a nanosecond, leap seconds and moments outside of the years
    /// 0 to 9999 UTC among it.
    public init?(rfc3339 text: String) {
        var reader = TextReader(text)
        guard let year = reader.digits(4), reader.take("-"), let month = reader.digits(2),
            reader.take("-"), let day = reader.digits(2), reader.takeOne(of: "Tt "),
            let hour = reader.digits(2), reader.take(":"), let minute = reader.digits(2),
            reader.take(":"), let second = reader.digits(2),
            (1...12).contains(month), (1...Self.dayCount(of: month, in: year)).contains(day),
            hour < 24, minute < 60, second < 60
        else { return nil }
        var nanoseconds: UInt32 = 0
        if reader.take(".") {
            guard let fraction = reader.fraction() else { return nil }
            nanoseconds = fraction
        }
        guard let offset = reader.offsetInMinutes(), reader.isAtEnd else { return nil }
        let days = Self.days(year: year, month: month, day: day)
        let seconds = Int64(days * 86_400 + hour * 3_600 + minute * 60 + second - offset * 60)
        self.init(seconds: seconds, nanoseconds: nanoseconds)
    }

    /// In RFC 3339, UTC, with as many digits of a second as are not zero, in threes.
    public var rfc3339: String {
        let day = Int(seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400)
        let second = Int(seconds) - day * 86_400
        let (year, month, dayOfMonth) = Self.date(day)
        let date = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(dayOfMonth, 2))"
        let hour = Self.padded(second / 3_600, 2)
        let minute = Self.padded(second / 60 % 60, 2)
        var time = "\(hour):\(minute):\(Self.padded(second % 60, 2))"
        if nanoseconds > 0 {
            var fraction = Substring(Self.padded(Int(nanoseconds), 9))
            while fraction.hasSuffix("000") { fraction = fraction.dropLast(3) }
            time += ".\(fraction)"
        }
        return "\(date)T\(time)Z"
    }

    private static func padded(_ number: Int, _ count: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, count - digits.count)) + digits
    }

    private static func dayCount(of month: Int, in year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01. Counts from March on, in eras of 400 years, so that the leap day ends a year.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The inverse of `days`.
    private static func date(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339.
    public var description: String { rfc3339 }
}

/// The bytes of a timestamp's text that are still to be read.
private struct TextReader {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = text[...].utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let byte = rest.first, UInt32(byte) == character.value else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func takeOne(of characters: String) -> Bool {
        characters.unicodeScalars.contains { take($0) }
    }

    private mutating func digit() -> Int? {
        guard let byte = rest.first, (48...57).contains(byte) else { return nil }
        rest = rest.dropFirst()
        return Int(byte) - 48
    }

    mutating func digits(_ count: Int) -> Int? {
        var number = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    /// One to nine digits behind the point, as nanoseconds; more may follow if they are zeros.
    mutating func fraction() -> UInt32? {
        guard var number = digit() else { return nil }
        var count = 1
        while let digit = digit() {
            if count == 9 {
                guard digit == 0 else { return nil }
                continue
            }
            number = number * 10 + digit
            count += 1
        }
        for _ in count..<9 { number *= 10 }
        return UInt32(number)
    }

    mutating func offsetInMinutes() -> Int? {
        if takeOne(of: "Zz") { return 0 }
        let sign: Int
        if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
        guard let hours = digits(2), take(":"), let minutes = digits(2), hours < 24, minutes < 60
        else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
