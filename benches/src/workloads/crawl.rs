//! The link checker: workers walk a site from its start pages, read each page once, and report the links that lead
//! nowhere. Everything they share is a shared structure of the strategy: which pages are claimed, which wait to be
//! read, what was found in each.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::{Sample, Workload};
use crate::measure::{Failure, Gate, run_workers};
use crate::site::page::{Contents, Link, Place, Verdict, judge};
use crate::site::scout::text;
use crate::site::{Outcome, Site, Target};
use crate::strategies::{Counter, SharedList, SharedMap, SharedSet, Strategy, Token};

/// The workload, ready to run.
pub(crate) struct Crawl {
    /// The snapshot that is crawled.
    pub(crate) site: Site,
}

/// A page as the table holds it.
struct Page<S: Strategy> {
    /// What was read, or nothing for a page that could not be.
    contents: Option<Contents>,
    /// How many links lead here: every worker that finds one adds to it.
    inbound: S::Counter,
}

/// What the workers share.
struct Shared<S: Strategy> {
    /// Pages that somebody reads or has read or will read.
    claimed: S::Set<String>,
    /// Claimed pages that wait.
    frontier: S::List<String>,
    /// Pages that were read.
    pages: S::Map<String, Page<S>>,
    /// Read pages whose links wait to be judged.
    unjudged: S::List<String>,
    /// Pages that are claimed and not finished: those in the frontier and those in flight. A page counts from before
    /// it enters the frontier until all it leads to has been counted, so zero means that nothing can come any more.
    unfinished: AtomicUsize,
}

impl<S: Strategy> Shared<S> {
    fn new(site: &Site) -> Self {
        let shared = Self {
            claimed: S::Set::new(),
            frontier: S::List::new(),
            pages: S::Map::with_capacity(0),
            unjudged: S::List::new(),
            unfinished: AtomicUsize::new(0),
        };
        S::enter(|cx| site.spec.starts.iter().for_each(|start| shared.enqueue(cx, start)));
        shared
    }

    /// Claims a page at the moment it is found, so that no page is ever in the frontier twice.
    fn enqueue(&self, cx: &mut S::Token<'_>, page: &str) {
        if self.claimed.claim(cx, page) {
            self.unfinished.fetch_add(1, Ordering::Relaxed);
            self.frontier.push(cx, page.to_owned());
        }
    }

    /// One worker: reads pages until there are none, then judges links until there are none.
    fn work(&self, site: &Site, gate: &Gate) -> Outcome {
        let mut found = Outcome::default();
        S::enter(|cx| {
            let mut idle = 0;
            while gate.open() {
                let page = self.frontier.pop_with(cx, |cx, page| self.read(cx, site, page, &mut found));
                if page.is_some() {
                    idle = 0;
                } else if self.unfinished.load(Ordering::Acquire) == 0 {
                    break;
                } else {
                    cx.detach(|| back_off(&mut idle));
                }
                cx.checkpoint();
            }
            while gate.open()
                && self
                    .unjudged
                    .pop_with(cx, |cx, page| self.judge_links(cx, site, page, &mut found))
                    .is_some()
            {
                cx.checkpoint();
            }
        });
        found
    }

    /// Reads one page: its links go to the frontier, its contents into the table.
    fn read(&self, cx: &mut S::Token<'_>, site: &Site, path: &str, found: &mut Outcome) {
        found.pages += 1;
        let source =
            site.pages.get(path).expect("the snapshot has every page that a link of the scope leads to");
        let contents = match text(source) {
            Ok(text) => {
                found.bytes += text.len() as u64;
                Some(Contents::read(path, text, || cx.checkpoint()))
            }
            Err(reason) => {
                found.unreadable.push((path.to_owned(), reason));
                None
            }
        };
        for link in contents.iter().flat_map(|contents| &contents.links) {
            if let (Some(Target::Page(name)), true) = (site.targets.get(&link.to.path), link.follow) {
                self.enqueue(cx, name);
            }
        }
        self.pages.insert(cx, path.to_owned(), Page { contents, inbound: S::Counter::default() });
        self.unjudged.push(cx, path.to_owned());
        // Release, so that whoever sees zero sees all pages in the table.
        self.unfinished.fetch_sub(1, Ordering::Release);
    }

    /// Judges the links of one page by the pages they lead to. Nothing is in flight any more, so a page that the
    /// table does not have does not exist.
    fn judge_links(&self, cx: &mut S::Token<'_>, site: &Site, path: &str, found: &mut Outcome) {
        self.pages.with_counted(cx, path, |cx, page| {
            let Some(contents) = &page.contents else { return };
            for (index, link) in contents.links.iter().enumerate() {
                let verdict = self.judge(cx, site, link);
                found.count(path, link, verdict);
                if index % 64 == 0 {
                    cx.checkpoint();
                }
            }
            found.external += contents.external;
            found.unchecked += contents.odd;
        });
    }

    fn judge(&self, cx: &mut S::Token<'_>, site: &Site, link: &Link) -> Verdict {
        match site.targets.get(&link.to.path) {
            None | Some(Target::Nothing) => judge(&link.to, Place::Nothing),
            Some(Target::Outside(Some(anchors))) => judge(&link.to, Place::Page(anchors)),
            Some(Target::Outside(None) | Target::File) => judge(&link.to, Place::Thing),
            Some(Target::Folder) => judge(&link.to, Place::Folder),
            Some(Target::Page(name)) => self
                .pages
                .with(cx, &**name, |cx, page| {
                    page.inbound.add(cx, 1);
                    judge(&link.to, page.contents.as_ref().map_or(Place::Thing, Contents::place))
                })
                .unwrap_or(Verdict::MissingFile),
        }
    }
}

/// Others are reading pages that may lead to more: wait a little, longer each time.
fn back_off(idle: &mut u32) {
    if *idle < 16 {
        thread::yield_now();
    } else {
        thread::sleep(Duration::from_micros(20));
    }
    *idle += 1;
}

impl Workload for Crawl {
    fn run<S: Strategy>(&self, threads: &[usize], each: &mut dyn FnMut(Sample)) -> Result<(), Failure> {
        for &threads in threads {
            let shared = Shared::<S>::new(&self.site);
            let (found, elapsed) = run_workers(threads, None, |_, gate| shared.work(&self.site, gate))?;
            let mut outcome = Outcome::default();
            found.into_iter().for_each(|found| outcome.merge(found));
            outcome.settle();
            let operations = outcome.pages;
            if let Some(difference) = outcome.difference(&self.site.expected) {
                return Err(Failure::Wrong(format!("on {threads} threads the crawl found {difference}")));
            }
            shared.check_inbound(&self.site)?;
            each(Sample { threads, operations, seconds: elapsed.as_secs_f64(), latency: None });
        }
        Ok(())
    }
}

impl<S: Strategy> Shared<S> {
    /// Every link into the scope was counted at the page it leads to, by whichever worker judged it.
    fn check_inbound(&self, site: &Site) -> Result<(), Failure> {
        let (mut counted, mut links) = (0, 0);
        let leads_in = |link: &&Link| matches!(site.targets.get(&link.to.path), Some(Target::Page(_)));
        S::enter(|cx| {
            self.pages.for_each(cx, |cx, _, page| {
                counted += page.inbound.get(cx);
                links += page.contents.iter().flat_map(|c| &c.links).filter(leads_in).count() as u64;
            });
        });
        if counted == links {
            return Ok(());
        }
        Err(Failure::Wrong(format!("{links} links lead to pages of the scope, but those counted {counted}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::SiteSpec;
    use crate::site::generate::generate;
    use crate::site::scout::scout;
    use crate::strategies::StrategyId;
    use crate::workloads::run_as;

    fn site(folder: &std::path::Path, scopes: &[&str]) -> Site {
        let spec = SiteSpec {
            root: folder.to_path_buf(),
            starts: vec!["index.html".to_owned()],
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
            description: String::new(),
        };
        scout(spec).expect("not interrupted")
    }

    fn crawl_everywhere(crawl: &Crawl) {
        for strategy in StrategyId::ALL {
            let mut pages = Vec::new();
            run_as(strategy, crawl, &[1, 2, 4], &mut |sample| pages.push(sample.operations))
                .unwrap_or_else(|failure| panic!("{}: {failure}", strategy.name()));
            assert_eq!(pages, [crawl.site.expected.pages; 3], "{}", strategy.name());
        }
    }

    #[test]
    fn known_dead_links_are_found_under_every_strategy() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let planted = generate(folder.path(), 60, 5).expect("write the site");
        let crawl = Crawl { site: site(folder.path(), &[]) };
        let expected = &crawl.site.expected;
        let dead = |verdict| expected.dead.iter().filter(|dead| dead.verdict == verdict).count();
        assert_eq!(expected.pages, 61);
        assert_eq!(dead(Verdict::MissingFile), planted.missing_files);
        assert_eq!(dead(Verdict::MissingAnchor), planted.missing_anchors);
        assert_eq!(expected.unreadable.len(), planted.broken_pages);
        assert_eq!(expected.unchecked, 1, "the fragment of a picture");
        for dead in expected.dead.iter().filter(|dead| dead.verdict == Verdict::MissingFile) {
            assert!(!folder.path().join(&dead.target).exists(), "{dead:?}");
        }
        crawl_everywhere(&crawl);
    }

    #[test]
    fn links_that_leave_the_scope_are_checked_and_not_followed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("write");
        std::fs::create_dir_all(folder.path().join("in")).expect("create");
        std::fs::create_dir_all(folder.path().join("out")).expect("create");
        write("index.html", "<a href=in/></a>");
        write(
            "in/index.html",
            "<a href=../out/a.html#x></a><a href=../out/a.html#y></a><a href=../out/b.html></a>",
        );
        write("out/a.html", "<p id=x><a href=gone.html></a>");
        let crawl = Crawl { site: site(folder.path(), &["index.html", "in"]) };
        let targets: Vec<_> = crawl.site.expected.dead.iter().map(|dead| dead.target.as_str()).collect();
        assert_eq!(targets, ["out/a.html#y", "out/b.html"]);
        assert_eq!(crawl.site.expected.pages, 2);
        crawl_everywhere(&crawl);
    }

    #[cfg(unix)]
    #[test]
    fn loops_of_symbolic_links_end() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path();
        std::fs::create_dir_all(root.join("a")).expect("create");
        std::os::unix::fs::symlink("..", root.join("a/up")).expect("link");
        std::os::unix::fs::symlink("../a", root.join("a/again")).expect("link");
        let text =
            "<a href=a/up/a/index.html></a><a href=up/a/index.html></a><a href=again/again/index.html></a>";
        std::fs::write(root.join("index.html"), text).expect("write");
        std::fs::write(root.join("a/index.html"), text).expect("write");
        let crawl = Crawl { site: site(root, &[]) };
        assert_eq!(crawl.site.expected.pages, 2);
        crawl_everywhere(&crawl);
    }
}
