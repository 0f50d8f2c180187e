//! Makes the snapshot: one thread crawls the folder on disk with plain containers. It decides what exists, loads
//! what a measured crawl will read, and leaves the result that all of those must reproduce.
//!
//! Pages are crawled under the name that symbolic links resolve to, so a loop of links in the folder is a finite
//! number of pages; what a link resolves to outside of the folder is checked but not followed.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::page::{Contents, Place, judge, needs_anchor};
use super::{Outcome, Site, SiteSpec, Source, Target, is_page_name};
use crate::measure::interrupted;

/// Reads the site. Gives nothing when interrupted.
pub(crate) fn scout(spec: SiteSpec) -> Option<Site> {
    // A root that cannot be resolved has no pages; the caller has checked it before.
    let root = fs::canonicalize(&spec.root).unwrap_or_else(|_| spec.root.clone());
    let mut scout = Scout { root, spec, pages: FxHashMap::default(), targets: FxHashMap::default() };
    let mut outcome = Outcome::default();
    let mut read = scout.read_pages(&mut outcome)?;
    scout.load_outside_anchors(&read);
    for (page, contents) in &read {
        for link in &contents.links {
            let verdict = judge(&link.to, place(&scout.targets, &read, &link.to.path));
            outcome.count(page, link, verdict);
        }
        outcome.external += contents.external;
        outcome.unchecked += contents.odd;
    }
    read.clear();
    outcome.settle();
    let Scout { spec, pages, targets, .. } = scout;
    Some(Site { spec, pages, targets, expected: outcome })
}

fn place<'a>(
    targets: &'a FxHashMap<String, Target>,
    read: &'a FxHashMap<String, Contents>,
    path: &str,
) -> Place<'a> {
    match targets.get(path) {
        None | Some(Target::Nothing) => Place::Nothing,
        // A page that could not be read is not among those read.
        Some(Target::Page(name)) => read.get(&**name).map_or(Place::Thing, Contents::place),
        Some(Target::Outside(Some(anchors))) => Place::Page(anchors),
        Some(Target::Outside(None) | Target::File) => Place::Thing,
        Some(Target::Folder) => Place::Folder,
    }
}

struct Scout {
    root: PathBuf,
    spec: SiteSpec,
    pages: FxHashMap<String, Source>,
    targets: FxHashMap<String, Target>,
}

impl Scout {
    /// Follows links from the start pages until nothing new turns up.
    fn read_pages(&mut self, outcome: &mut Outcome) -> Option<FxHashMap<String, Contents>> {
        let mut read = FxHashMap::default();
        let mut queue: VecDeque<String> = VecDeque::new();
        let mut known: FxHashSet<String> = FxHashSet::default();
        for start in self.spec.starts.clone() {
            if known.insert(start.clone()) {
                queue.push_back(start);
            }
        }
        while let Some(path) = queue.pop_front() {
            if interrupted() {
                return None;
            }
            outcome.pages += 1;
            let source = read_source(&self.root.join(&path));
            match text(&source) {
                Ok(text) => {
                    outcome.bytes += text.len() as u64;
                    let contents = Contents::read(&path, text, || {});
                    for link in &contents.links {
                        let target = self.look_up(&link.to.path);
                        if let Target::Page(name) = target
                            && link.follow
                            && known.insert(name.to_string())
                        {
                            queue.push_back(name.to_string());
                        }
                    }
                    read.insert(path.clone(), contents);
                }
                Err(reason) => outcome.unreadable.push((path.clone(), reason)),
            }
            self.pages.insert(path, source);
        }
        // A page of the scope that is only named as a part of others (an embedded one) is never read by a crawl:
        // what is known about it is what is known about pages outside.
        for target in self.targets.values_mut() {
            if matches!(target, Target::Page(name) if !known.contains(&**name)) {
                *target = Target::Outside(None);
            }
        }
        Some(read)
    }

    /// Asks the file system, once per address.
    fn look_up(&mut self, path: &str) -> Target {
        if let Some(target) = self.targets.get(path) {
            return target.clone();
        }
        let target = self.ask(path);
        self.targets.insert(path.to_owned(), target.clone());
        target
    }

    fn ask(&self, path: &str) -> Target {
        let Ok(mut file) = fs::canonicalize(self.root.join(path)) else { return Target::Nothing };
        if file.is_dir() {
            match fs::canonicalize(file.join("index.html")) {
                Ok(index) if index.is_file() => file = index,
                _ => return Target::Folder,
            }
        } else if path.ends_with('/') {
            return Target::Nothing;
        }
        // A pipe or a device has a name but reading it could take forever.
        if !file.is_file() {
            return Target::File;
        }
        let name =
            file.strip_prefix(&self.root).ok().and_then(Path::to_str).map(|name| name.replace('\\', "/"));
        match name {
            Some(name) if self.spec.starts.contains(&name) => Target::Page(name.into()),
            Some(name) if is_page_name(&file) && self.spec.in_scope(&name) => Target::Page(name.into()),
            _ if is_page_name(&file) => Target::Outside(None),
            _ => Target::File,
        }
    }

    /// Reads those pages outside of the scope whose anchors some link names.
    fn load_outside_anchors(&mut self, read: &FxHashMap<String, Contents>) {
        for link in read.values().flat_map(|contents| &contents.links) {
            if !needs_anchor(link.to.fragment.as_deref()) {
                continue;
            }
            if let Some(target @ Target::Outside(None)) = self.targets.get_mut(&link.to.path) {
                let mut file = self.root.join(&link.to.path);
                if file.is_dir() {
                    file.push("index.html");
                }
                let source = read_source(&file);
                if let Ok(text) = text(&source) {
                    let contents = Contents::read(&link.to.path, text, || {});
                    if !contents.redirects {
                        *target = Target::Outside(Some(Arc::new(contents.anchors)));
                    }
                }
            }
        }
    }
}

fn read_source(file: &Path) -> Source {
    fs::read(file).map(Vec::into_boxed_slice).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotFound => "not found".to_owned(),
        _ => error.to_string(),
    })
}

/// The text of a page, or why it cannot be had.
pub(crate) fn text(source: &Source) -> Result<&str, String> {
    match source {
        Ok(bytes) => {
            std::str::from_utf8(bytes).map_err(|error| format!("not UTF-8 at byte {}", error.valid_up_to()))
        }
        Err(reason) => Err(reason.clone()),
    }
}
