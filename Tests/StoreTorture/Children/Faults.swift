import Glibc

/// What `libQuiverFaults.so` is to do in a child (Tests/FaultShim/include/quiver_faults.h).
enum FaultPlan: Sendable {
    case dieBefore(Int)
    case dieInside(Int)
    case dieAfter(Int)
    /// `lasting` fail as well from then on; none of them means once.
    case fail(Int, code: Int32, lasting: Set<CallKind>)
    case shorten(Int)

    /// As the environment variable has it.
    var text: String {
        switch self {
        case .dieBefore(let number): "die-before \(number)"
        case .dieInside(let number): "die-inside \(number)"
        case .dieAfter(let number): "die-after \(number)"
        case .fail(let number, let code, let lasting):
            "fail \(number) \(code) \(lasting.reduce(0) { $0 | 1 << $1.rawValue })"
        case .shorten(let number): "shorten \(number)"
        }
    }

    /// Variables for a child that works on what is below `folder`.
    static func environment(
        folder: String,
        plan: String? = nil,
        log: String? = nil
    ) -> [String: String] {
        var variables = ["LD_PRELOAD": library, "QUIVER_FAULTS_FOLDER": folder]
        variables["QUIVER_FAULTS_PLAN"] = plan
        variables["QUIVER_FAULTS_LOG"] = log
        return variables
    }

    /// Built beside this program.
    private static let library: String = {
        let folder = Child.program.split(separator: "/").dropLast().joined(separator: "/")
        let path = "/\(folder)/libQuiverFaults.so"
        guard access(path, R_OK) == 0 else { stop("\(path) is missing: build the whole package") }
        return path
    }()
}

/// The kinds of calls, by their numbers in logs.
enum CallKind: UInt32, Sendable, CaseIterable {
    case open, create, write, sync, rename, unlink, mkdir, rmdir, truncate, allocate, link, map
    case lock, mark

    /// Whether it changes what is on disk.
    var changesFiles: Bool {
        switch self {
        case .open, .map, .lock, .mark: false
        default: true
        }
    }
}

/// The library's functions, in a process that was started with it; without it they do nothing.
enum LoadedFaults {
    /// Records that `number` operations have been acknowledged.
    static func mark(_ number: Int) {
        typealias Function = @convention(c) (UInt64) -> Void
        guard let symbol = dlsym(nil, "quiver_faults_mark") else { return }
        unsafeBitCast(symbol, to: Function.self)(UInt64(number))
    }

    static func disarm() {
        typealias Function = @convention(c) () -> Void
        guard let symbol = dlsym(nil, "quiver_faults_disarm") else { return }
        unsafeBitCast(symbol, to: Function.self)()
    }

    /// The `errno` of the plan, 0 if there is none.
    static var code: Int32 {
        let words = getenv("QUIVER_FAULTS_PLAN").map { String(cString: $0).split(separator: " ") }
        guard let words, words.count > 2 else { return 0 }
        return Int32(words[2]) ?? 0
    }

    /// The call that was made to fail, as `sync catalog.mdb`.
    static var fired: String? {
        typealias Function = @convention(c) () -> UnsafePointer<CChar>?
        guard let symbol = dlsym(nil, "quiver_faults_fired") else { return nil }
        return unsafeBitCast(symbol, to: Function.self)().map { String(cString: $0) }
    }
}
