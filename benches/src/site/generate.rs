//! A made-up site for machines without the Rust documentation, and for tests: seeded, with the kinds of links that
//! real sites have, and with dead ones whose number is known.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use crate::measure::Random;

/// What was put into a generated site on purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Planted {
    /// Links to files that do not exist.
    pub(crate) missing_files: usize,
    /// Links to anchors that do not exist in pages that do.
    pub(crate) missing_anchors: usize,
    /// Pages that are not UTF-8.
    pub(crate) broken_pages: usize,
}

/// Pages per chapter folder.
const CHAPTER: usize = 25;

/// Writes a site of about `pages` pages into `root`.
pub(crate) fn generate(root: &Path, pages: usize, seed: u64) -> io::Result<Planted> {
    let mut random = Random::new(seed, 0x0051_7E00);
    let pages = pages.max(2);
    let mut planted = Planted::default();
    fs::create_dir_all(root.join("assets"))?;
    fs::write(root.join("assets/style.css"), "body { font-family: sans-serif }\n")?;
    fs::write(root.join("assets/rotated \u{e9}.svg"), "<svg xmlns='http://www.w3.org/2000/svg'/>\n")?;
    for page in 0..pages {
        let file = root.join(name(page));
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(file, text(page, pages, &mut random, &mut planted))?;
    }
    // Linked from the index: a page in Latin-1, which a crawler must report and survive.
    fs::write(root.join("latin1.html"), b"<!doctype html><p>caf\xe9 <a href=nowhere.html>unseen</a>")?;
    planted.broken_pages = 1;
    Ok(planted)
}

/// The page with number `page`; the first is the index.
fn name(page: usize) -> String {
    match page {
        0 => "index.html".to_owned(),
        _ => format!("chapter {}/page-{page}.html", page / CHAPTER),
    }
}

fn encoded(path: &str) -> String {
    path.replace(' ', "%20")
}

fn text(page: usize, pages: usize, random: &mut Random, planted: &mut Planted) -> String {
    let up = if page == 0 { "" } else { "../" };
    // Every seventh page says with <base> that its links are relative to the root.
    let based = page % 7 == 3;
    let to = |path: &str| if based { encoded(path) } else { format!("{up}{}", encoded(path)) };
    let mut html = String::with_capacity(16 << 10);
    html.push_str("<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8>");
    if based {
        let _ = write!(html, "<base href=\"{}\">", if page == 0 { "./" } else { up });
    }
    let _ =
        write!(html, "<title>Page {page}</title><link rel=stylesheet href=\"{}\">", to("assets/style.css"));
    html.push_str(
        "<script>document.write('<a href=\"not-a-link.html\">');</script></head><body>\n<nav id=nav><ul>",
    );
    // A side bar as documentation has: the same links on every page, which most claims of a crawl are about.
    for chapter in 0..pages.div_ceil(CHAPTER) {
        let first = chapter * CHAPTER;
        let _ = write!(html, "<li><a href=\"{}\">Chapter {chapter}</a></li>", to(&name(first)));
    }
    html.push_str("</ul></nav>\n");
    if page == 0 {
        html.push_str(
            "<a href=latin1.html>An old page</a> <a href=\"assets/rotated%20%C3%A9.svg#icon\">icon</a>\n",
        );
    }
    for section in 0..8 {
        let _ = write!(html, "<h2 id=\"s{section}\">Section {section}</h2><a name='old-{section}'></a>\n<p>");
        for _ in 0..120 {
            html.push_str(WORDS[random.below(WORDS.len())]);
            html.push(' ');
        }
        let other = random.below(pages);
        let fragment = match random.below(4) {
            0 => format!("#s{}", random.below(8)),
            1 => format!("?from=page&amp;n={page}#old-{}", random.below(8)),
            2 => "#:~:text=stone".to_owned(),
            _ => String::new(),
        };
        let _ = writeln!(html, "<a class=x href=\"{}{fragment}\">see page {other}</a>", to(&name(other)));
    }
    // The next page, so that every page is reached.
    if page + 1 < pages {
        let _ = writeln!(html, "<a rel=next href='{}'>next</a>", to(&name(page + 1)));
    }
    let _ =
        writeln!(html, "<a href='https://example.org/{page}'>elsewhere</a> <a href='mailto:a@b.c'>mail</a>");
    if page % 10 == 4 {
        planted.missing_files += 1;
        let _ = writeln!(html, "<a href=\"{}\">gone</a>", to(&format!("gone/{page}.html")));
    }
    if page % 15 == 6 {
        planted.missing_anchors += 1;
        let _ = writeln!(html, "<a href=\"{}#no-{page}\">lost</a>", to(&name(page - 1)));
    }
    html.push_str("<!-- <a href=commented-out.html>no link</a> --></body></html>\n");
    html
}

const WORDS: [&str; 24] = [
    "river",
    "stone",
    "amber",
    "window",
    "slowly",
    "<b>garden</b>",
    "north",
    "of",
    "the",
    "&amp;",
    "paper",
    "copper",
    "and",
    "walks",
    "over",
    "a",
    "silent",
    "field",
    "<code>let x = y;</code>",
    "after",
    "rain",
    "one",
    "hundred",
    "steps",
];
