import Glibc

/// `path` as it is found from any working directory; unchanged where nothing is there.
func absolutePath(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
}
