// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "encoder-benchmark",
    dependencies: [.package(name: "quiver", path: "../..")],
    targets: [
        .executableTarget(
            name: "quiver-bench-encoder",
            dependencies: [
                .product(name: "Encoders", package: "quiver"),
                .product(name: "Quiver", package: "quiver"),
                .product(name: "Tensors", package: "quiver"),
            ],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("InternalImportsByDefault"),
            ]
        )
    ]
)
