// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "storage-benchmark",
    dependencies: [.package(name: "quiver", path: "../..")],
    targets: [
        .executableTarget(
            name: "quiver-bench-storage",
            dependencies: [.product(name: "Quiver", package: "quiver")],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("InternalImportsByDefault"),
            ]
        )
    ]
)
