//! Runs this program under callgrind and reads how many instructions it took.

use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Operations of the two runs. Powers of two: what comes only every so many operations comes as often as it should in the difference.
/// The shorter run is long enough for thresholds to be crossed and caches to fill in it.
const SHORT: u64 = 1 << 16;
const LONG: u64 = SHORT + (1 << 17);

/// valgrind and this program.
pub(crate) struct Valgrind {
    this: PathBuf,
}

impl Valgrind {
    /// With advice, if it is not installed.
    pub(crate) fn find() -> Result<Self, String> {
        let version = Command::new("valgrind").arg("--version").output();
        if !version.is_ok_and(|output| output.status.success()) {
            return Err("valgrind is needed to count instructions, and is not here. \
                        Debian, Ubuntu: apt-get install valgrind; Fedora: dnf install valgrind; Arch: pacman -S valgrind"
                .to_owned());
        }
        let this = env::current_exe().map_err(|error| format!("cannot find this program: {error}"))?;
        Ok(Self { this })
    }

    fn instructions(&self, id: &str, name: &str, operations: u64) -> Result<u64, String> {
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(&self.this)
            .args(["--run", id, name, &operations.to_string()].map(OsStr::new))
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("cannot run valgrind: {error}"))?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(format!("{id} of {name} under valgrind: {}\n{said}", output.status));
        }
        collected(&said)
            .ok_or_else(|| format!("{id} of {name}: valgrind does not say what it counted:\n{said}"))
    }
}

/// The sum of all threads, from a line like `==4711== Collected : 123456`.
fn collected(said: &str) -> Option<u64> {
    let after = |line: &str| line.split_once("Collected :").map(|(_, rest)| rest.trim().to_owned());
    said.lines().find_map(after)?.split(' ').next()?.parse().ok()
}

/// Instructions of one operation.
pub(crate) fn per_operation(valgrind: &Valgrind, id: &str, name: &str) -> Result<f64, String> {
    let [short, long] = [SHORT, LONG].map(|operations| valgrind.instructions(id, name, operations));
    let (short, long) = (short?, long?);
    let more = long.checked_sub(short).filter(|more| *more >= LONG - SHORT);
    let more = more.ok_or_else(|| {
        format!("{id} of {name}: {LONG} operations took {long} instructions, and {SHORT} took {short}")
    })?;
    Ok(more as f64 / (LONG - SHORT) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_valgrind_says() {
        let said =
            "==7== Events    : Ir\n==7== Collected : 2269629\n==7== \n==7== I   refs:      2,269,629\n";
        assert_eq!(collected(said), Some(2_269_629));
        assert_eq!(collected("==7== Collected : 5 6\n"), Some(5));
        assert_eq!(collected("==7== Command: x\n"), None);
        assert_eq!(collected("==7== Collected : none\n"), None);
    }
}
