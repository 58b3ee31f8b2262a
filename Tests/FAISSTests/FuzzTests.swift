import Glibc
import TestSupport
import Testing

/// Five seconds of what `make fuzz` does for ten minutes, each in a process of its own, since what it looks for kills.
@Suite struct `Fuzzing` {
    @Test(arguments: ["grammar", "shim", "container"])
    func `finds nothing that kills the process or hangs it`(what: String) throws {
        let seed = UInt64.random(in: 1..<1_000_000)
        let run = try Child(arguments: [what, "\(seed)", "5"], limit: 90)
        #expect(run.status == 0, "\(what), seed \(seed): \(run.lastLines)")
        #expect(run.lastLines.contains("done:"), "\(what), seed \(seed): \(run.lastLines)")
    }
}

/// `FAISSFuzz`, which is built beside the tests.
private struct Child {
    /// As `waitpid` gives it; SIGKILL if it ran into the limit.
    let status: Int32
    let lastLines: String

    init(arguments: [String], limit seconds: Int) throws {
        let folder = TemporaryDirectory()
        let output = "\(folder.path)/output"
        let program = try #require(Self.program)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var words: [UnsafeMutablePointer<CChar>?] =
            ([program] + arguments).map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var child: pid_t = 0
        try #require(posix_spawn(&child, program, &actions, nil, &words, environ) == 0)
        let deadline = ContinuousClock.now + .seconds(seconds)
        var status: Int32 = 0
        while waitpid(child, &status, WNOHANG) == 0 {
            if ContinuousClock.now > deadline { kill(child, SIGKILL) }
            usleep(20_000)
        }
        self.status = status
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
                let candidate = "/" + parts.dropLast(depth).joined(separator: "/") + "/FAISSFuzz"
                if access(candidate, X_OK) == 0 { return candidate }
            }
        }
        return access(".build/release/FAISSFuzz", X_OK) == 0 ? ".build/release/FAISSFuzz" : nil
    }

    private static func tail(of path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        fseek(file, 0, SEEK_END)
        fseek(file, max(0, ftell(file) - 400), SEEK_SET)
        var bytes = [UInt8](repeating: 0, count: 400)
        let count = fread(&bytes, 1, 400, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
