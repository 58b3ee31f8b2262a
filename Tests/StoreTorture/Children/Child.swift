import Glibc

/// A process of this program, or what became of it.
struct Child {
    enum Outcome: Equatable, CustomStringConvertible {
        case exited(Int32)
        case killed(signal: Int32)
        /// It was still running at the end of its time, and was killed.
        case hung

        var description: String {
            switch self {
            case .exited(let status): "exited with \(status)"
            case .killed(let signal):
                "died of signal \(signal) (\(String(cString: strsignal(signal))))"
            case .hung: "hung"
            }
        }
    }

    let processID: pid_t

    /// This program.
    static let program: String = {
        var path = [CChar](repeating: 0, count: 4_096)
        let count = readlink("/proc/self/exe", &path, path.count - 1)
        return String(
            decoding: path.prefix(max(0, count)).map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
    }()

    /// Starts this program with `arguments`.
    ///
    /// - Parameters:
    ///   - environment: added to this process's own.
    ///   - output: the file that standard output and error go to, emptied first.
    init(_ arguments: [String], environment: [String: String] = [:], output: String) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 1, output, flags, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // The order of sets and dictionaries decides the order of calls.
        var variables = ["SWIFT_DETERMINISTIC_HASHING": "1", "SWIFT_BACKTRACE": "enable=no"]
        variables.merge(environment) { $1 }
        var inherited = environ
        while let entry = inherited.pointee {
            let text = String(cString: entry)
            if let name = text.split(separator: "=").first.map(String.init), variables[name] == nil
            {
                variables[name] = String(text.dropFirst(name.count + 1))
            }
            inherited += 1
        }
        var words = ([Self.program] + arguments).map { strdup($0) } + [nil]
        var settings = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (words + settings).forEach { free($0) } }
        var started: pid_t = 0
        let code = posix_spawn(&started, Self.program, &actions, nil, &words, &settings)
        guard code == 0 else {
            stop("cannot start \(Self.program): \(String(cString: strerror(code)))")
        }
        processID = started
    }

    /// Waits for the end, `seconds` at most, and calls `meanwhile` about fifty times a second.
    func wait(seconds: Double = 120, meanwhile: () -> Void = {}) -> Outcome {
        let deadline = ContinuousClock.now + .seconds(seconds)
        var pause: UInt32 = 200
        while true {
            if let outcome = ended() { return outcome }
            if ContinuousClock.now > deadline {
                kill()
                return .hung
            }
            meanwhile()
            usleep(pause)
            pause = min(pause * 5 / 4, 20_000)
        }
    }

    /// How it ended, `nil` if it has not. Asks once: the answer is not kept.
    func ended() -> Outcome? {
        var status: Int32 = 0
        guard waitpid(processID, &status, WNOHANG) == processID else { return nil }
        return Self.outcome(status)
    }

    /// Kills it, and waits until it is gone.
    func kill() {
        Glibc.kill(processID, SIGKILL)
        var status: Int32 = 0
        waitpid(processID, &status, 0)
    }

    private static func outcome(_ status: Int32) -> Outcome {
        status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal: status & 0x7F)
    }
}

/// Ends this process: the harness itself cannot go on.
func stop(_ message: String) -> Never {
    say("StoreTorture: \(message)")
    exit(2)
}

/// Prints a line at once, past any buffer: the process may die in the next call.
func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = bytes.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
}
