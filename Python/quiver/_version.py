"""The package's version, which is that of quiver.h; a test compares them."""

VERSION = "0.1.0"
