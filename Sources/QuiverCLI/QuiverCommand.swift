import ArgumentParser
import Glibc

@main
struct QuiverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quiver",
        abstract: "A store of documents and vectors that finds what is near.",
        discussion: """
            Digits name an integer key, anything else a string key; s:… forces a string (s:7 is "7").
            Exit status: 0 on success, 1 on failure, 64 on wrong usage, 130 when interrupted.
            """,
        version: version,
        subcommands: [
            CreateCommand.self, ImportCommand.self, UpdateCommand.self, SearchCommand.self,
            GetCommand.self, ScanCommand.self, CountCommand.self, DeleteCommand.self,
            NeighboursCommand.self, ClusterCommand.self, ScoresCommand.self, AlterCommand.self,
            DropCommand.self, SnapshotCommand.self,
            CompactCommand.self, CalibrateCommand.self, TuneCommand.self, TrainCommand.self,
            StatsCommand.self,
            VerifyCommand.self, RepairCommand.self, UpgradeCommand.self, EncodeCommand.self,
            TokenizeCommand.self, SentencesCommand.self, TermsCommand.self,
        ]
    )

    static func main() {
        Signals.install()
        do {
            var command = try parseAsRoot()
            try command.run()
            try StandardOutput.shared.flush()
        } catch {
            end(with: error)
        }
    }

    private static func end(with error: any Error) -> Never {
        if error is OutputClosed { Glibc.exit(EXIT_SUCCESS) }
        // What was written before the failure comes out before its message.
        try? StandardOutput.shared.flush()
        if let message = explanation(of: error) {
            // Names from files may hold what a terminal would obey.
            StandardError.write("quiver: \(printable(message))\n")
            if let failure = error as? FilterFailure {
                for line in failure.excerpt { StandardError.write("\(line)\n") }
            }
            Glibc.exit(
                isInterruption(error)
                    ? 130 : isUsage(error) ? ExitCode.validationFailure.rawValue : EXIT_FAILURE
            )
        }
        let code = exitCode(for: error)
        guard code != .success else {
            // Help, the version and completion scripts arrive as errors, too.
            StandardOutput.shared.write(fullMessage(for: error) + "\n")
            try? StandardOutput.shared.flush()
            Glibc.exit(EXIT_SUCCESS)
        }
        let text = fullMessage(for: error)
        if !text.isEmpty {
            StandardError.write(text.replacingPrefix("Error: ", with: "quiver: ") + "\n")
        }
        Glibc.exit(code.rawValue)
    }
}

private let version = "0.1.0"

extension String {
    fileprivate func replacingPrefix(_ prefix: String, with replacement: String) -> String {
        hasPrefix(prefix) ? replacement + dropFirst(prefix.count) : self
    }
}
