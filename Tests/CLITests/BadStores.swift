import Foundation
import Glibc
import JSON
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(minutesUntilHung))) struct `A bad store` {
    private let quiver = CommandLineRun()

    /// Root may read everything unless it gives that up.
    private let withoutRootsRights =
        geteuid() == 0
        ? [
            "/usr/bin/setpriv", "--bounding-set=-dac_override,-dac_read_search",
            "--inh-caps=-dac_override,-dac_read_search",
        ] : []

    @Test(arguments: ["missing", "empty", "file", "other"])
    func `that is none is named, with how to make one`(kind: String) throws {
        let path = quiver.folder.file(kind)
        let manager = FileManager.default
        switch kind {
        case "empty": try manager.createDirectory(atPath: path, withIntermediateDirectories: false)
        case "file": _ = try quiver.write("not a store", to: kind)
        case "other":
            try manager.createDirectory(atPath: path, withIntermediateDirectories: false)
            _ = try quiver.write("x", to: "other/notes.txt")
        default: break
        }
        for arguments in [
            ["stats", path], ["get", path, "c", "1"], ["verify", path], ["import", path, "c", "-"],
            ["delete", path, "c", "1"], ["search", path, "c", "--like", "1"],
        ] {
            let outcome = try quiver.run(arguments)
            #expect(outcome.status == 1, "\(arguments)")
            #expect(outcome.error.contains(path), "\(outcome.error)")
            #expect(outcome.error.contains("not a store"), "\(outcome.error)")
            #expect(outcome.output.isEmpty)
        }
        if kind == "other" || kind == "file" {
            let outcome = try quiver("create", path, "c", "--dimension", "2")
            #expect(outcome.status == 1)
            #expect(outcome.error.contains("\(path): already exists"), "\(outcome.error)")
            guard kind == "other" else { return }
            #expect(try manager.contentsOfDirectory(atPath: path) == ["notes.txt"])
        }
    }

    @Test func `without the collection says where to look`() throws {
        try quiver.createCollection()
        let outcome = try quiver("stats", quiver.store, "d")
        #expect(outcome.status == 1)
        #expect(outcome.error.contains("no collection named \"d\""))
    }

    @Test func `without permission is named`() throws {
        try quiver.createCollection()
        chmod(quiver.store, 0)
        defer { chmod(quiver.store, 0o700) }
        let prefix = withoutRootsRights
        for arguments in [["stats", quiver.store], ["import", quiver.store, "c", "-"]] {
            let outcome = try quiver.run(arguments, prefix: prefix)
            #expect(outcome.status == 1)
            #expect(outcome.error.contains("Permission denied"), "\(outcome.error)")
        }
    }

    @Test func `that verify may not open is no damage`() throws {
        try quiver.createCollection()
        let catalog = quiver.store + "/catalog.mdb"
        chmod(catalog, 0)
        defer { chmod(catalog, 0o600) }
        let prefix = withoutRootsRights
        let outcome = try quiver.run(["verify", quiver.store], prefix: prefix)
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty, "\(outcome.output)")
        #expect(outcome.error.contains("Permission denied; check who owns it"), "\(outcome.error)")
    }

    @Test func `is read without permission to write the lock file`() throws {
        try quiver.createCollection()
        try quiver.importLines([#"{"key":1,"vector":[1,0]}"#])
        let lock = quiver.store + "/catalog.mdb-lock"
        chmod(lock, 0)
        defer { chmod(lock, 0o600) }
        let prefix = withoutRootsRights
        for arguments in [["verify", quiver.store], ["get", quiver.store, "c", "1"]] {
            let outcome = try quiver.run(arguments, prefix: prefix)
            #expect(outcome.status == 0, "\(outcome.error)")
        }
    }

    @Test(
        .enabled(if: mayMount),
        arguments: [
            // A disc, an image: nobody writes. A folder that is read-only here: somebody else may.
            """
            mount -t tmpfs tmpfs /mnt && cp -r "$store" /mnt/store && mount -o remount,ro /mnt
            """,
            """
            mount -t tmpfs tmpfs /mnt && mkdir /mnt/store && mount --bind "$store" /mnt/store && mount -o remount,bind,ro /mnt/store
            """,
        ]
    )
    func `is read where nothing can be written`(mount: String) throws {
        try quiver.createCollection()
        try quiver.importLines(threeLines)
        #expect(try quiver("compact", quiver.store).status == 0)
        #expect(try quiver("snapshot", "create", quiver.store, "then").status == 0)
        try quiver.importLines([#"{"key":8,"vector":[1,0]}"#])
        let prefix = [
            "/usr/bin/unshare", "--mount", "/bin/sh", "-c",
            "store=\(quiver.store); \(mount); exec \"$0\" \"$@\"",
        ]
        let store = "/mnt/store"
        for (arguments, count) in [
            (["search", store, "c", "--like", "7", "--json"], 1),
            (["scan", store, "c", "--json"], 4), (["get", store, "c", "7", "8", "--json"], 2),
            (["scan", store, "c", "--at", "then", "--json"], 3), (["stats", store, "--json"], 1),
            (["verify", store, "--json"], 1),
        ] {
            let outcome = try quiver.run(arguments, prefix: prefix)
            #expect(outcome.status == 0, "\(arguments): \(outcome.error)")
            #expect(outcome.lines.count == count, "\(arguments): \(outcome.output)")
        }
        let refused = try quiver.run(["import", store, "c", "-"], prefix: prefix)
        #expect(refused.status == 1)
        #expect(refused.error.contains("Read-only file system"), "\(refused.error)")
    }

    @Test func `is verified with the files of its long texts`() throws {
        try quiver.createCollection()
        let text = String(repeating: "long ", count: 400_000)
        try quiver.importLines([#"{"key":1,"text":"\#(text)","vector":[1,0]}"#])
        let report = try quiver("verify", quiver.store, "--json").object()
        #expect(report["files"]?.int == 2)
        #expect((report["bytes"]?.int ?? 0) > text.utf8.count)
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func `that is damaged makes verify list the damage and exit 1`(place: UInt64) throws {
        try quiver.createCollection()
        try quiver.importLines(threeLines)
        let catalog = quiver.store + "/catalog.mdb"
        let handle = try #require(FileHandle(forUpdatingAtPath: catalog))
        switch place {
        case 1: try handle.truncate(atOffset: 5000)
        case 2: try handle.truncate(atOffset: 0)
        default:
            // Both meta pages.
            for page in 0..<2 {
                try handle.seek(toOffset: UInt64(page * 4096 + 16))
                try handle.write(contentsOf: Data(repeating: 0xA5, count: 64))
            }
        }
        try handle.close()
        let outcome = try quiver("verify", quiver.store)
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("damaged: catalog.mdb"), "\(outcome.error)")
        let report = try quiver("verify", quiver.store, "--json")
        #expect(report.status == 1)
        #expect(try report.object()["sound"] == .bool(false))
        let opened = try quiver("stats", quiver.store, "c", "--json")
        #expect(opened.status == 1)
    }

    @Test func `that is damaged is repaired into a new one, and what is lost is listed`() throws {
        try quiver.createCollection()
        try quiver.importLines(threeLines)
        #expect(try quiver("compact", quiver.store).status == 0)
        let copy = quiver.store + "-sound"
        let sound = try quiver("repair", quiver.store, copy, "--json")
        #expect(sound.status == 0, "\(sound.error)")
        #expect(try sound.object()["complete"] == .bool(true))
        #expect(try sound.object()["kept"]?.int == 3)
        let segment = try #require(
            FileManager.default.contentsOfDirectory(atPath: quiver.store + "/segments").first
        )
        let texts = quiver.store + "/segments/\(segment)/texts.qvs"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: texts))
        bytes[4_096] ^= 1
        try FileManager.default.removeItem(atPath: texts)
        try bytes.write(to: URL(fileURLWithPath: texts))
        let verified = try quiver("verify", quiver.store)
        #expect(verified.error.contains("quiver repair \(quiver.store) NEW-STORE"))
        let mended = quiver.store + "-mended"
        let outcome = try quiver("repair", quiver.store, mended)
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("damaged: segments/\(segment)/texts.qvs"))
        #expect(outcome.output.contains("lost: text of "))
        #expect(outcome.output.contains("3 documents written anew, 2 documents lost or not whole"))
        #expect(try quiver("verify", mended).status == 0)
        #expect(try quiver("repair", quiver.store, mended).status == 1)
        let again = try quiver("repair", quiver.store, mended + "-again", "--json")
        #expect(again.status == 1)
        #expect(try again.object()["lossCount"]?.int == 2)
    }

    @Test func `that may grow no further is an error, and what was acknowledged stays`() throws {
        try quiver.createCollection()
        let text = String(repeating: "text ", count: 200)
        let file = try quiver.write(
            (0..<4000).map { "{\"key\":\($0),\"text\":\"\(text)\",\"vector\":[1,\($0)]}\n" }
                .joined(),
            to: "many.jsonl"
        )
        // 2 MiB, in the shell's blocks of 512 bytes.
        let outcome = try quiver.run(
            ["import", quiver.store, "c", file, "--batch", "100", "--json"],
            prefix: ["/bin/sh", "-c", "ulimit -f 4096; exec \"$0\" \"$@\""]
        )
        #expect(outcome.status == 1)
        #expect(outcome.error.hasPrefix("quiver: "))
        let acknowledged = try outcome.values().last?.object?["acknowledged"]?.int ?? 0
        #expect(0 < acknowledged && acknowledged < 4000)
        #expect(try quiver("verify", quiver.store).status == 0)
        #expect(try quiver.liveCount() == acknowledged)
        #expect(try quiver("import", quiver.store, "c", file).status == 0)
        #expect(try quiver.liveCount() == 4000)
    }
}

/// Whether file systems may be mounted here, in a namespace of their own.
private let mayMount: Bool = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
    process.arguments = ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
}()
