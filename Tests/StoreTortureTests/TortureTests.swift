import Glibc
import TestSupport
import Testing

/// What `make torture` does at full count, a little of each, on seeds of the day that are printed.
///
/// One after the other: each works on every processor by itself.
@Suite(.serialized, .timeLimit(.minutes(minutesUntilHung))) struct `A tortured store` {
    private let seed = UInt64.random(in: 1..<1_000_000)

    // The strides share no factor with what a commit or a segment takes.

    @Test(arguments: [("writes", "29"), ("upkeep", "59"), ("relaxed-upkeep", "97")])
    func `survives death at calls that change files`(script: String, stride: String) throws {
        try finds(nothing: "kills", "\(script):\(seed)", stride)
    }

    @Test func `survives death at random instants`() throws {
        try finds(nothing: "random-kills", "30", "\(seed)")
    }

    @Test(arguments: [("writes", "53"), ("upkeep", "211")])
    func `throws when a call fails, loses nothing and goes on`(
        script: String,
        stride: String
    ) throws {
        try finds(nothing: "faults", "\(script):\(seed)", stride)
    }

    @Test(arguments: [("writes", "31"), ("upkeep", "131"), ("relaxed-writes", "61")])
    func `survives loss of power`(script: String, stride: String) throws {
        try finds(nothing: "power-loss", "\(script):\(seed)", "2", stride)
    }

    @Test func `does what its model does`() throws {
        try finds(nothing: "model", "8", "\(seed)")
    }

    @Test func `shows whole batches to readers in other processes`() throws {
        try finds(nothing: "readers", "8", "\(seed)")
    }

    @Test func `is one store for threads that write, read and keep it up at once`() throws {
        try finds(nothing: "threads", "5", "\(seed)")
    }

    @Test func `keeps no more for a reader than the retired segments that it uses`() throws {
        try finds(nothing: "held", "8", "\(seed)")
    }

    /// A disk that syncs nothing must be noticed, or the replays show nothing.
    @Test func `is lost on a disk that does not sync, and that is found`() throws {
        let run = try TortureRun("power-loss", "writes:\(seed)", "2", "1", "lying")
        #expect(run.status == 1, "seed \(seed): \(run.lastLines)")
        #expect(run.lastLines.contains("FOUND: "), "seed \(seed): \(run.lastLines)")
    }

    private func finds(nothing arguments: String...) throws {
        let run = try TortureRun(arguments)
        #expect(run.status == 0, "\(arguments.joined(separator: " ")): \(run.lastLines)")
        print("\(arguments.joined(separator: " ")): \(run.lastLines)", terminator: "")
    }
}

/// `StoreTorture`, which is built beside the tests, run to its end.
private struct TortureRun {
    /// Its exit status, or −1 if it died.
    let status: Int32
    let lastLines: String

    init(_ arguments: String...) throws {
        try self.init(arguments)
    }

    init(_ arguments: [String]) throws {
        let folder = TemporaryDirectory()
        let output = folder.file("output")
        let program = try #require(Self.program, "build the whole package")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var child: pid_t = 0
        try #require(posix_spawn(&child, program, &actions, nil, &words, environ) == 0)
        var ended: Int32 = 0
        while waitpid(child, &ended, 0) != child, errno == EINTR {}
        status = ended & 0x7F == 0 ? ended >> 8 & 0xFF : -1
        lastLines = Self.tail(of: output)
    }

    /// Beside this process's own program or test bundle.
    private static var program: String? {
        var path = [CChar](repeating: 0, count: 4_096)
        for argument in CommandLine.arguments + ["/proc/self/exe"] {
            guard realpath(argument, &path) != nil else { continue }
            let bytes = path.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            let parts = String(decoding: bytes, as: UTF8.self).split(separator: "/")
            for depth in 1...min(3, max(parts.count, 1)) {
                let candidate = "/" + parts.dropLast(depth).joined(separator: "/") + "/StoreTorture"
                if access(candidate, X_OK) == 0 { return candidate }
            }
        }
        return nil
    }

    private static func tail(of path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        fseek(file, 0, SEEK_END)
        fseek(file, max(0, ftell(file) - 4_000), SEEK_SET)
        var bytes = [UInt8](repeating: 0, count: 4_000)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
