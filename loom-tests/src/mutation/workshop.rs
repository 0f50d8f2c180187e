//! A copy of the repository in which one file at a time is changed, and the loom tests built.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a package of the workspace")
}

pub(crate) struct Workshop {
    home: PathBuf,
    copy: PathBuf,
}

impl Workshop {
    /// A fresh copy of the repository under `target/<name>`.
    pub(crate) fn new(name: &str) -> io::Result<Self> {
        let home = root().join("target").join(name);
        let copy = home.join("copy");
        if copy.exists() {
            fs::remove_dir_all(&copy)?;
        }
        copy_sources(root(), &copy)?;
        // Cargo would build the programs, this one too, with every file of models.
        fs::remove_dir_all(copy.join("loom-tests/src/bin"))?;
        Ok(Self { home, copy })
    }

    /// Calls `f` while `change` has been made to `file`. The error is `change`'s own.
    pub(crate) fn changed<R>(
        &self,
        file: &str,
        change: impl FnOnce(&str) -> Result<String, String>,
        f: impl FnOnce() -> io::Result<R>,
    ) -> io::Result<Result<R, String>> {
        let path = self.copy.join(file);
        let source = fs::read_to_string(&path)?;
        let changed = match change(&source) {
            Ok(changed) => changed,
            Err(why) => return Ok(Err(why)),
        };
        fs::write(&path, changed)?;
        let result = f();
        fs::write(&path, source)?;
        result.map(Ok)
    }

    /// Builds one file of models and returns the program, or the compiler's first error.
    pub(crate) fn build(&self, tests: &str) -> io::Result<Result<PathBuf, String>> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let build = Command::new(cargo)
            .current_dir(&self.copy)
            .env("CARGO_TARGET_DIR", self.home.join("target"))
            .env_remove("RUSTFLAGS")
            .args(["test", "--release", "--config", "build.rustflags=['--cfg','loom']"])
            // Building takes most of the time.
            .args(["--config", "profile.release.debug=false", "--config", "profile.release.incremental=true"])
            .args(["--config", "profile.release.package.freethreaded.opt-level=1"])
            .args(["--config", "profile.release.package.loom-tests.opt-level=1"])
            .args([
                "-p",
                "loom-tests",
                "--test",
                tests,
                "--no-run",
                "--message-format=json-render-diagnostics",
            ])
            .output()?;
        if !build.status.success() {
            let errors = String::from_utf8_lossy(&build.stderr);
            let first = errors.lines().find(|line| line.starts_with("error")).unwrap_or("cargo failed");
            return Ok(Err(format!("does not compile: {first}")));
        }
        let messages = String::from_utf8_lossy(&build.stdout);
        let name = format!(r#""name":"{tests}""#);
        let program = messages.lines().filter(|line| line.contains(&name)).find_map(|line| {
            let path = line.split_once(r#""executable":""#)?.1.split('"').next()?;
            Some(PathBuf::from(path))
        });
        Ok(program.ok_or_else(|| format!("cargo names no program of {tests}")))
    }

    /// A place for the output of a run.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.home.join(format!("{name}.log"))
    }
}

/// Copies what the build needs: everything but build results and what git keeps.
fn copy_sources(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        if name == "target" || name == ".git" {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy_sources(&path, &to.join(name))?;
        } else {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}
