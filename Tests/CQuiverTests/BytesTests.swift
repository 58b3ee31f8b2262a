import CQuiverABI
import TestSupport
import Testing

@Suite struct BytesTests {
    @Test(arguments: [1, 2] as [UInt64])
    func `any bytes as a key come back unchanged or are refused as not UTF-8`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let opened = try OpenStore()
        var refusedCount = 0
        for _ in 0..<150 {
            // Mostly text, with bytes here and there that may break it.
            var key = Array("é\u{1F600}a\u{0}b".utf8.shuffled(using: &random).prefix(4))
            if Bool.random(using: &random) { key = Array("k-é-\(random.next())".utf8) }
            let isText = String(validating: key, as: UTF8.self) != nil
            let status = opened.upsert(key: key, text: nil)
            #expect(
                status == (isText ? QV_OK : QV_ERROR_ARGUMENT),
                "\(key), seed \(seed): \(message)"
            )
            if isText {
                #expect(try opened.get(key: key)?.key == key, "seed \(seed)")
            } else {
                refusedCount += 1
            }
        }
        #expect(refusedCount > 10)
    }

    @Test(arguments: [0, 1, 4_096, 10 << 20])
    func `a text of any length comes back unchanged, zero bytes and all`(byteCount: Int) throws {
        let opened = try OpenStore()
        let text = (0..<byteCount).map { UInt8($0 % 128) }
        #expect(opened.upsert(key: [107], text: text) == QV_OK, "\(message)")
        #expect(try opened.get(key: [107])?.text == text)
    }

    @Test func `no text is not an empty text`() throws {
        let opened = try OpenStore()
        #expect(opened.upsert(key: [107], text: nil) == QV_OK, "\(message)")
        let found = try #require(try opened.get(key: [107]))
        #expect(found.text == nil)
    }
}
