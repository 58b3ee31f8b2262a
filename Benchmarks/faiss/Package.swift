// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "faiss-benchmark",
    dependencies: [.package(name: "quiver", path: "../..")],
    targets: [
        .target(name: "CBandwidth"),
        .executableTarget(
            name: "quiver-bench-faiss",
            dependencies: [.product(name: "FAISS", package: "quiver"), "CBandwidth"],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("InternalImportsByDefault"),
            ]
        ),
    ]
)
