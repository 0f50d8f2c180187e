//! A site stored in a folder, as a link checker meets it: pages to read, and everything that a link can lead to.
//!
//! The clock of the experiments must not measure the disk, so a [`Site`] is a snapshot: the bytes of every page that
//! a crawl will read, and for every address that any of them names what the file system says about it.

pub(crate) mod generate;
pub(crate) mod html;
pub(crate) mod input;
pub(crate) mod page;
pub(crate) mod scout;
pub(crate) mod url;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use page::{Anchors, Verdict};

/// Which site to crawl and how much of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SiteSpec {
    /// The folder.
    pub(crate) root: PathBuf,
    /// Pages to start from, as paths below the root.
    pub(crate) starts: Vec<String>,
    /// Path prefixes inside which links are followed; empty means everywhere.
    pub(crate) scopes: Vec<String>,
    /// What the input is, in words.
    pub(crate) description: String,
}

impl SiteSpec {
    /// Whether links to `path` are followed.
    pub(crate) fn in_scope(&self, path: &str) -> bool {
        self.scopes.is_empty()
            || self.scopes.iter().any(|scope| {
                path.strip_prefix(scope.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || scope.ends_with('/'))
            })
    }
}

/// The bytes of a page, or why there are none.
pub(crate) type Source = Result<Box<[u8]>, String>;

/// What is at an address below the root.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// A page inside the scope, by the name it is crawled under.
    Page(Arc<str>),
    /// A page outside of the scope, with its anchors if a link asks for one.
    Outside(Option<Arc<Anchors>>),
    /// A file that is no page.
    File,
    /// A folder without an index page.
    Folder,
    /// Nothing.
    Nothing,
}

/// The snapshot.
#[derive(Debug)]
pub(crate) struct Site {
    /// What it is a snapshot of.
    pub(crate) spec: SiteSpec,
    /// The pages that a crawl reads.
    pub(crate) pages: FxHashMap<String, Source>,
    /// Every address that a link names.
    pub(crate) targets: FxHashMap<String, Target>,
    /// The result that every crawl must have, found by one thread with nothing shared.
    pub(crate) expected: Outcome,
}

/// What a link checker reports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// Pages read.
    pub(crate) pages: u64,
    /// Their bytes.
    pub(crate) bytes: u64,
    /// Links below the root that were checked.
    pub(crate) links: u64,
    /// Links to other hosts and schemes: counted, not checked.
    pub(crate) external: u64,
    /// Links that nothing true can be said about without scripts or a server.
    pub(crate) unchecked: u64,
    /// Pages that could not be read, with the reason.
    pub(crate) unreadable: Vec<(String, String)>,
    /// Dead links, once per page and address.
    pub(crate) dead: Vec<DeadLink>,
}

/// A link that leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct DeadLink {
    /// Where it leads: a path below the root, with the fragment.
    pub(crate) target: String,
    /// Missing file or missing anchor.
    pub(crate) verdict: Verdict,
    /// The page it stands in.
    pub(crate) page: String,
    /// As it is written there.
    pub(crate) href: String,
}

impl Outcome {
    /// Adds what another worker found.
    pub(crate) fn merge(&mut self, other: Self) {
        self.pages += other.pages;
        self.bytes += other.bytes;
        self.links += other.links;
        self.external += other.external;
        self.unchecked += other.unchecked;
        self.unreadable.extend(other.unreadable);
        self.dead.extend(other.dead);
    }

    /// Puts lists in an order that does not depend on who found what when.
    pub(crate) fn settle(&mut self) {
        self.unreadable.sort();
        self.dead.sort();
        self.dead.dedup();
    }

    /// Takes a verdict on a link of `page` into account.
    pub(crate) fn count(&mut self, page: &str, link: &page::Link, verdict: Verdict) {
        self.links += 1;
        match verdict {
            Verdict::Alive => {}
            Verdict::Unchecked => self.unchecked += 1,
            Verdict::MissingFile | Verdict::MissingAnchor => self.dead.push(DeadLink {
                target: match &link.to.fragment {
                    Some(fragment) => format!("{}#{fragment}", link.to.path),
                    None => link.to.path.clone(),
                },
                verdict,
                page: page.to_owned(),
                href: link.href.clone(),
            }),
        }
    }

    /// Where two outcomes differ first, in words.
    pub(crate) fn difference(&self, expected: &Self) -> Option<String> {
        let counts = [
            ("pages", self.pages, expected.pages),
            ("bytes", self.bytes, expected.bytes),
            ("links", self.links, expected.links),
            ("external links", self.external, expected.external),
            ("unchecked links", self.unchecked, expected.unchecked),
            ("unreadable pages", self.unreadable.len() as u64, expected.unreadable.len() as u64),
            ("dead links", self.dead.len() as u64, expected.dead.len() as u64),
        ];
        if let Some((what, got, want)) = counts.into_iter().find(|(_, got, want)| got != want) {
            return Some(format!("{got} {what}, expected {want}"));
        }
        (self != expected).then(|| "the same numbers of everything but other links or pages".to_owned())
    }
}

/// Whether a file is taken for a page by its name.
pub(crate) fn is_page_name(path: &Path) -> bool {
    path.extension().and_then(|e| e.to_str()).is_some_and(|extension| {
        ["html", "htm", "xhtml"].iter().any(|known| extension.eq_ignore_ascii_case(known))
    })
}
