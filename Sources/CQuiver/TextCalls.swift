// The contract of these functions is include/quiver.h, and is written there alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CQuiverABI
import Quiver

@c @implementation
public func qv_sentences(
    _ text: UnsafePointer<CChar>?,
    _ text_length: UInt64,
    _ options: UnsafePointer<qv_sentence_options>?,
    _ ranges: UnsafeMutablePointer<qv_ranges>?
) -> qv_status {
    call { () throws(CallFailure) in
        let output = try Arguments.output(ranges, "ranges")
        let text = try Arguments.text(text, text_length, "text")
        var sentenceOptions = SentenceOptions()
        if let options {
            let settings = try qv_sentence_options(reading: options, "options")
            guard settings.flags & ~UInt32(QV_SENTENCES_WRAPPED) == 0 else {
                throw .argument("options: flags is \(settings.flags), which has an unknown bit")
            }
            sentenceOptions.hasWrappedLines = settings.flags & UInt32(QV_SENTENCES_WRAPPED) != 0
            sentenceOptions.language = try settings.language.map { (pointer) throws(CallFailure) in
                try Arguments.string(pointer, "options: language")
            }
        }
        output.pointee = try HandleTable.shared.insert(
            .ranges(RangesAnswer(sentences(text, sentenceOptions)))
        )
    }
}

@c @implementation
public func qv_ranges_array(
    _ ranges: qv_ranges,
    _ array: UnsafeMutablePointer<UnsafePointer<qv_range>?>?,
    _ count: UnsafeMutablePointer<UInt64>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(ranges, "ranges", \.ranges)
        let array = try Arguments.output(array, "array")
        let count = try Arguments.output(count, "count")
        array.pointee = answer.array
        count.pointee = UInt64(answer.count)
    }
}

@c @implementation
public func qv_ranges_free(_ ranges: qv_ranges) -> qv_status {
    call { () throws(CallFailure) in
        _ = try HandleTable.shared.remove(ranges, "ranges", \.ranges)
    }
}

@c @implementation
public func qv_terms(
    _ text: UnsafePointer<CChar>?,
    _ text_length: UInt64,
    _ language: UnsafePointer<CChar>?,
    _ terms: UnsafeMutablePointer<qv_names>?
) -> qv_status {
    call { () throws(CallFailure) in
        let output = try Arguments.output(terms, "terms")
        let text = try Arguments.text(text, text_length, "text")
        let language = try Language?(name: Arguments.nameOrNil(language, "language"), "language")
        output.pointee = try HandleTable.shared.insert(
            .names(NamesAnswer(Quiver.terms(text, language: language)))
        )
    }
}

/// Ranges as C reads them.
///
/// `@unchecked Sendable`: the pointer leads into `arena`, and nothing is written after `init`.
final class RangesAnswer: @unchecked Sendable {
    let array: UnsafePointer<qv_range>
    let count: Int
    private let arena: Arena

    init(_ ranges: [Range<Int>]) {
        var arena = Arena()
        array = arena.copy(
            ranges.map { qv_range(start: UInt64($0.lowerBound), end: UInt64($0.upperBound)) }
        )
        count = ranges.count
        self.arena = arena
    }
}
