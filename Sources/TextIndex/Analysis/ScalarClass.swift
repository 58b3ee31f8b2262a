/// What a scalar does to the words around it: the classes of UAX #29 that most text in European scripts is made of.
enum ScalarClass: UInt8 {
    /// Belongs to no word.
    case other
    case letter
    case digit
    /// Joins letters and digits, as `_` does.
    case connector
    /// Joins letters, as `'` does, and digits.
    case midBoth
    /// Joins letters alone.
    case midLetter
    /// Joins digits alone, as `,` does.
    case midDigit
    /// In none of them, or in another class: ICU's rules decide.
    case unknown

    init(_ scalar: UInt32) {
        if scalar < 128 {
            self = Self.ascii[Int(scalar)]
        } else if scalar < 0x530 {
            self = Self.belowArmenian(scalar)
        } else {
            switch scalar {
            case 0x1E00...0x1EFF: self = .letter
            case 0x2018, 0x2019: self = .midBoth
            case 0x2013, 0x2014, 0x201C, 0x201D, 0x201E, 0x2022, 0x2026, 0x20AC: self = .other
            default: self = .unknown
            }
        }
    }

    private static func belowArmenian(_ scalar: UInt32) -> ScalarClass {
        switch scalar {
        case 0xD7, 0xF7, 0xA0, 0xA7, 0xA9, 0xAB, 0xAE, 0xB0, 0xB4, 0xBB: .other
        case 0xB7, 0x387: .midLetter
        case 0xC0...0x24F, 0x370...0x373, 0x376, 0x377, 0x37B...0x37D, 0x37F, 0x386, 0x388...0x38A,
            0x38C, 0x38E...0x3A1, 0x3A3...0x3F5, 0x3F7...0x3FF, 0x400...0x481, 0x48A...0x52F:
            .letter
        default: .unknown
        }
    }

    private static let ascii: [ScalarClass] = (0..<128).map { (byte: UInt8) in
        switch byte {
        // ICU keeps addresses in one piece: to it `@` is a letter.
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "@"):
            .letter
        case UInt8(ascii: "0")...UInt8(ascii: "9"): .digit
        case UInt8(ascii: "_"): .connector
        case UInt8(ascii: "."), UInt8(ascii: "'"): .midBoth
        case UInt8(ascii: ","), UInt8(ascii: ";"): .midDigit
        default: .other
        }
    }
}
