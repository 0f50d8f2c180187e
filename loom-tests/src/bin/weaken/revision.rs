//! What has changed since a revision.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::process::Command;
use std::{fs, io};

use crate::scan::bodies;

/// The files that changed, and in them the functions whose code did.
pub(crate) struct Changed(HashMap<String, HashSet<String>>);

impl Changed {
    /// What changed since `revision`, or else since `origin/main`, or else since the commit before. `None` if there is no such
    /// revision: a clone of one commit, or no clone at all.
    pub(crate) fn since(root: &Path, revision: Option<&str>) -> io::Result<Option<Self>> {
        let commit = |revision: &str| git(root, &["rev-parse", "--verify", "--quiet", revision]);
        let base = match revision {
            Some(revision) => commit(revision)?,
            None => {
                let head = commit("HEAD")?;
                match commit("origin/main")? {
                    Some(main) if Some(&main) != head.as_ref() => {
                        // What main has gained meanwhile is not ours.
                        git(root, &["merge-base", main.trim(), "HEAD"])?
                    }
                    _ => commit("HEAD~1")?,
                }
            }
        };
        let Some(base) = base else { return Ok(None) };
        let base = base.trim();
        let Some(names) = git(root, &["diff", "--name-only", base, "--", "src", "loom-tests/tests"])? else {
            return Ok(None);
        };
        let mut changed = HashMap::new();
        for name in names.lines().filter(|name| name.ends_with(".rs")) {
            let Ok(now) = fs::read_to_string(root.join(name)) else { continue };
            let before = git(root, &["show", &format!("{base}:{name}")])?.unwrap_or_default();
            let (now, before) = (bodies(&now), bodies(&before));
            let functions = now.into_iter().filter(|(path, body)| before.get(path) != Some(body));
            changed.insert(name.to_owned(), functions.map(|(path, _)| path).collect());
        }
        Ok(Some(Self(changed)))
    }

    pub(crate) fn has_file(&self, file: &str) -> bool {
        self.0.contains_key(file)
    }

    pub(crate) fn has_function(&self, file: &str, function: &str) -> bool {
        self.0.get(file).is_some_and(|functions| functions.contains(function))
    }
}

/// What git prints, unless it fails or is not there.
fn git(root: &Path, arguments: &[&str]) -> io::Result<Option<String>> {
    match Command::new("git").current_dir(root).args(arguments).output() {
        Ok(output) if output.status.success() => {
            Ok(Some(String::from_utf8_lossy(&output.stdout).into_owned()))
        }
        Ok(_) => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
