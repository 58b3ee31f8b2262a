import FAISS
import Testing

@Suite struct `A selector` {
    @Test func `of too many put together one by one is refused`() throws {
        var selector = try Selector(0..<1)
        for label in 1..<Int64(1_000) {
            selector = try selector.union(Selector(label..<label + 1))
        }
        #expect(selector.contains(0) && selector.contains(999) && !selector.contains(1_000))
        #expect(throws: FAISSError.invalid(reason: "selectors are too deep inside each other")) {
            _ = try selector.union(Selector(0..<1))
        }
        #expect(throws: FAISSError.invalid(reason: "selectors are too deep inside each other")) {
            _ = try selector.inverted()
        }
    }

    @Test func `inverted twice is what it was, however often`() throws {
        var selector = try Selector(0..<5)
        for _ in 0..<5_000 { selector = try selector.inverted() }
        #expect(selector.contains(4) && !selector.contains(5))
    }
}
