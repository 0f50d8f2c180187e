//! Writes down what only the build knows: the compiler, the flags, and the versions of the competitors that the lock
//! file chose. The report names them, because a figure without its versions is of little use.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

const PEERS: [&str; 7] =
    ["dashmap", "indexmap", "papaya", "parking_lot", "html5gum", "rustc-hash", "mimalloc"];

fn main() {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().ok();
    let version = version.and_then(|output| String::from_utf8(output.stdout).ok()).unwrap_or_default();
    println!("cargo::rustc-env=BUILD_RUSTC={}", version.trim());
    println!("cargo::rustc-env=BUILD_PROFILE={}", env::var("PROFILE").unwrap_or_default());
    println!("cargo::rustc-env=BUILD_TARGET={}", env::var("TARGET").unwrap_or_default());

    // The lock file lies beside the workspace's manifest, one folder up.
    let lock = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../Cargo.lock");
    println!("cargo::rerun-if-changed={}", lock.display());
    println!("cargo::rerun-if-changed=build.rs");
    let lock = fs::read_to_string(lock).unwrap_or_default();
    let manifest = env!("CARGO_PKG_VERSION");
    let peers: Vec<String> = PEERS
        .iter()
        .filter_map(|peer| newest(&lock, peer).map(|version| format!("{peer} {version}")))
        .collect();
    println!("cargo::rustc-env=BUILD_PEERS={}", peers.join(", "));
    println!("cargo::rustc-env=BUILD_FREETHREADED={}", newest(&lock, "freethreaded").unwrap_or(manifest));
}

/// The last version that a lock file lists for a package: they stand in ascending order, and where there are two the
/// newer one is what this package asks for.
fn newest<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let mut lines = lock.lines();
    let mut found = None;
    while let Some(line) = lines.next() {
        if line == format!("name = \"{package}\"") {
            found = lines
                .next()
                .and_then(|line| line.strip_prefix("version = \""))
                .map(|v| v.trim_end_matches('"'));
        }
    }
    found
}
