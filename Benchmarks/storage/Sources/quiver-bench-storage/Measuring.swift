import Glibc
import Synchronization

/// Seconds since some moment.
func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// The anonymous resident memory of this process in bytes.
func anonymousMemory() -> Int {
    guard let file = fopen("/proc/self/status", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
        let text = String(
            decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
        guard text.hasPrefix("RssAnon:") else { continue }
        return (Int(text.filter(\.isNumber)) ?? 0) << 10
    }
    return 0
}

/// Looks at the memory of this process every two milliseconds, from a thread of its own.
final class MemoryWatch: Sendable {
    private let highest = Atomic<Int>(0)
    private let isEnding = Atomic<Bool>(false)
    // Written once before the thread starts, read once after it was told to end.
    private nonisolated(unsafe) var thread = pthread_t()

    init() {
        let body = Unmanaged.passRetained(self).toOpaque()
        pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                let watch = Unmanaged<MemoryWatch>.fromOpaque(context).takeRetainedValue()
                while !watch.isEnding.load(ordering: .relaxed) {
                    watch.highest.max(anonymousMemory(), ordering: .relaxed)
                    usleep(2_000)
                }
                return nil
            },
            body
        )
    }

    /// Ends the watch and gives the most that was seen.
    func finish() -> Int {
        isEnding.store(true, ordering: .relaxed)
        pthread_join(thread, nil)
        return highest.load(ordering: .relaxed)
    }
}

/// Seeded numbers (SplitMix64).
struct Random: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Prints a line of JSON.
func answer(_ members: [(String, Double)]) {
    print("{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}")
    fflush(nil)
}

/// The value below which `share` of the sorted values are.
func percentile(_ sorted: [Double], _ share: Double) -> Double {
    sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
}
