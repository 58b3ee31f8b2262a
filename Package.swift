// swift-tools-version: 6.2
import PackageDescription

/// A module map for a system library that pkg-config knows.
func system(_ name: String, pkgConfig: String, debian: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([debian])])
}

/// A module of our own. `imports` is the whole truth about what it may use (docs/ARCHITECTURE.md).
func module(_ name: String, imports: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: imports, swiftSettings: house)
}

func tests(of name: String, imports: [Target.Dependency] = [], resources: [Resource]? = nil)
    -> Target
{
    .testTarget(
        name: "\(name)Tests",
        dependencies: [.target(name: name), "TestSupport"] + imports,
        resources: resources,
        swiftSettings: house
    )
}

let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "quiver",
    products: [
        .library(name: "Quiver", targets: ["Quiver"]),
        .library(name: "Encoders", targets: ["Encoders"]),
        .library(name: "Tensors", targets: ["Tensors"]),
        .library(name: "FAISS", targets: ["FAISS"]),
        .library(name: "CQuiver", type: .dynamic, targets: ["CQuiver"]),
        // For tests alone: loaded before a process whose system calls are to fail or to be recorded.
        .library(name: "QuiverFaults", type: .dynamic, targets: ["FaultShim"]),
        .executable(name: "quiver", targets: ["QuiverCLI"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        // System libraries.
        system("CBLAS", pkgConfig: "openblas", debian: "libopenblas-openmp-dev"),
        system("CLMDB", pkgConfig: "lmdb", debian: "liblmdb-dev"),
        .systemLibrary(name: "CGlibc"),
        system("CXXHash", pkgConfig: "libxxhash", debian: "libxxhash-dev"),
        .systemLibrary(name: "CStemmer", providers: [.apt(["libstemmer-dev"])]),

        // Hot loops in C, and FAISS's C++ behind a C header.
        .target(
            name: "CKernels",
            linkerSettings: [
                .linkedLibrary("openblas"), .linkedLibrary("gomp"), .linkedLibrary("m"),
            ]
        ),
        .target(
            name: "CFAISS",
            dependencies: ["CKernels"],
            cxxSettings: [.headerSearchPath("openmp"), .headerSearchPath(".")],
            linkerSettings: [
                .linkedLibrary("faiss"), .linkedLibrary("openblas"), .linkedLibrary("gomp"),
                .linkedLibrary("xxhash"),
            ]
        ),
        // ICU's own headers must not meet those of the toolchain's Foundation.
        .target(name: "CICU", linkerSettings: [.linkedLibrary("icuuc")]),

        // The engine.
        module("JSON"),
        module("Files", imports: ["CGlibc"]),
        module("Threads"),
        module("FAISS", imports: ["CFAISS", "CKernels", "Threads"]),
        module("LMDB", imports: ["CLMDB"]),
        module("Indexes", imports: ["FAISS", "CKernels"]),
        module("TextIndex", imports: ["CICU", "CStemmer"]),
        module(
            "Quiver",
            imports: ["Indexes", "TextIndex", "LMDB", "Files", "Threads", "CGlibc", "CXXHash"]
        ),
        module("Interchange", imports: ["Quiver", "JSON", "Files"]),

        // Models.
        module("Tensors", imports: ["CBLAS", "CKernels", "JSON", "Files", "Threads"]),
        module("Tokenizers", imports: ["JSON", "Files"]),
        module("Transformers", imports: ["Tensors", "Tokenizers", "JSON", "Files", "Threads"]),
        module(
            "Encoders",
            imports: [
                "Transformers", "Tensors", "Tokenizers", "Quiver", "JSON", "Files", "Threads",
                "CXXHash",
            ]
        ),

        // Ways in.
        .target(name: "CQuiverABI", path: "include", sources: ["quiver.c"], publicHeadersPath: "."),
        module("CQuiver", imports: ["Quiver", "Encoders", "CQuiverABI"]),
        .executableTarget(
            name: "QuiverCLI",
            dependencies: [
                "Quiver", "Encoders", "Interchange", "Tokenizers", "JSON", "Files", "Indexes",
                "LMDB",
                "Tensors",
                "Threads",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: house
        ),

        // Tests.
        .target(
            name: "TestSupport",
            dependencies: ["CXXHash"],
            path: "Tests/TestSupport",
            swiftSettings: house
        ),
        tests(of: "JSON"),
        .target(
            name: "SearcherChecks",
            dependencies: ["CFAISS"],
            path: "Tests/SearcherChecks",
            cxxSettings: [
                .headerSearchPath("../../Sources/CFAISS"),
                .headerSearchPath("../../Sources/CFAISS/openmp"),
            ]
        ),
        tests(
            of: "FAISS",
            imports: ["CFAISS", "CKernels", "FAISSFuzz", "SearcherChecks", "Threads"]
        ),
        .executableTarget(
            name: "FAISSFuzz",
            dependencies: ["FAISS", "CFAISS", "CKernels", "TestSupport"],
            path: "Tests/FAISSFuzz",
            swiftSettings: house
        ),
        .target(
            name: "FaultShim",
            path: "Tests/FaultShim",
            linkerSettings: [.linkedLibrary("dl")]
        ),
        .executableTarget(
            name: "StoreTorture",
            dependencies: ["Quiver", "Threads", "CXXHash", "TestSupport"],
            path: "Tests/StoreTorture",
            swiftSettings: house
        ),
        // Needs what is built beside it: StoreTorture and libQuiverFaults.so.
        .testTarget(
            name: "StoreTortureTests",
            dependencies: ["StoreTorture", "TestSupport"],
            swiftSettings: house
        ),
        tests(of: "LMDB", imports: ["CLMDB"]),
        tests(of: "Indexes", imports: ["CKernels", "FAISS"]),
        tests(of: "TextIndex", imports: ["CICU"]),
        tests(of: "Tokenizers", imports: ["JSON", "Files"], resources: [.copy("Resources")]),
        tests(of: "Tensors"),
        tests(of: "Transformers", imports: ["Tensors"]),
        tests(
            of: "Encoders",
            imports: ["JSON", "Quiver", "Tensors", "Tokenizers", "Transformers"],
            resources: [.copy("Resources")]
        ),
        tests(of: "CQuiver", imports: ["CQuiverABI"]),
        tests(of: "Quiver", imports: ["Files", "Threads"], resources: [.copy("Resources")]),
        tests(of: "Interchange", imports: ["Quiver", "JSON", "Files"]),
        .testTarget(
            name: "ConformanceTests",
            dependencies: ["Encoders", "JSON", "Quiver", "TestSupport"],
            swiftSettings: house
        ),
        .testTarget(
            name: "CLITests",
            dependencies: ["JSON", "Quiver", "QuiverCLI", "TestSupport"],
            swiftSettings: house
        ),
    ]
)
