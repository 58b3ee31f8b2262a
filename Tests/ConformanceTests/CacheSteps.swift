import JSON
import Quiver

extension Quiver.Collection {
    func storeIntoCache(_ told: Arguments) throws {
        let configuration = try snapshot().configuration
        let entries = try told.all("entries").map { try Document(told: $0, configuration) }
        try Cache(self, model: try told.string("model")).store(entries)
    }

    func cacheEntries(_ told: Arguments) throws -> JSONValue {
        let cache = try Cache(self, model: try told.string("model"))
        let configuration = try snapshot().configuration
        let entries = try cache.entries(try told.keys("keys"), contents: told.contents())
        return .array(
            entries.map { entry in
                entry.map { withoutUse($0.json(configuration)) } ?? .null
            }
        )
    }

    func cacheState() throws -> JSONValue {
        let limit = try snapshot().configuration.cache?.byteLimit ?? 0
        let counters = try statistics().cache
        return .object([
            "byte_limit": .integer(Int64(limit)),
            "hits": .integer(Int64(counters?.hits ?? 0)),
            "misses": .integer(Int64(counters?.misses ?? 0)),
            "evictions": .integer(Int64(counters?.evictions ?? 0)),
        ])
    }
}

/// An entry without the cache's own time of its use.
private func withoutUse(_ entry: JSONValue) -> JSONValue {
    guard var object = entry.object, let fields = object["fields"]?.object else { return entry }
    let kept = fields.members.filter { $0.name != "cache.used" }
    object.set("fields", .object(JSONObject(kept.map { ($0.name, $0.value) })))
    return .object(object)
}
