import CQuiverABI
import Glibc
import Quiver
import Synchronization

/// What was asked last through a handle. Most searches are told the same as the ones before, and a search of few rows takes no longer than
/// it takes to read what it is told.
final class KnownRequests: Sendable {
    private static let capacity = 16

    private struct Asked: Sendable {
        /// The options, their pointers NULL.
        let options: [UInt8]
        /// What these lead to, each with the zero at its end; empty for NULL.
        let names: [[CChar]]
        let request: SearchRequest

        func isOf(
            _ options: UnsafeRawBufferPointer,
            _ names: [UnsafePointer<CChar>?]
        ) -> Bool {
            guard let address = options.baseAddress,
                memcmp(self.options, address, options.count) == 0
            else { return false }
            return names.indices.allSatisfy { place in
                guard let name = names[place] else { return self.names[place].isEmpty }
                return !self.names[place].isEmpty && strcmp(self.names[place], name) == 0
            }
        }
    }

    private let asked = Mutex<[Asked]>([])

    /// A request of no queries yet.
    func request(
        _ settings: qv_search_options,
        in schema: CollectionConfiguration
    ) throws(CallFailure) -> SearchRequest {
        var bare = settings
        (bare.filter, bare.vector_field, bare.group_by) = (nil, nil, nil)
        // A deadline begins anew, and what a caller's pointers lead to may change.
        guard settings.timeout_nanoseconds == 0, settings.scope == nil,
            settings.excluded_count == 0, settings.cancelled == nil, settings.rerank == nil
        else { return try SearchRequest(settings, in: schema) }
        let names = [settings.filter, settings.vector_field, settings.group_by]
        let known = asked.withLock { asked in
            withUnsafeBytes(of: &bare) { options in
                asked.first { $0.isOf(options, names) }?.request
            }
        }
        if let known { return known }
        let request = try SearchRequest(settings, in: schema)
        let new = Asked(
            options: withUnsafeBytes(of: &bare) { Array($0) },
            names: names.map { name in
                name.map { Array(UnsafeBufferPointer(start: $0, count: strlen($0) + 1)) } ?? []
            },
            request: request
        )
        asked.withLock { asked in
            if asked.count == Self.capacity { asked.removeFirst() }
            asked.append(new)
        }
        return request
    }
}
