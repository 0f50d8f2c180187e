//! Chooses the site: the folder and scope that were asked for, or the documentation that rustup installed, or a
//! generated one. Everything that can be wrong with the request is said here, before anything is measured.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::html::looks_like_html;
use super::{SiteSpec, is_page_name};
use crate::cli::{Complaint, suggestion};
use crate::site::generate::generate;

/// The parts of the Rust documentation that are crawled unless a scope is asked for: books, which are tidy, and one
/// library, whose generated pages are linked more densely and do have dead links. Together they take half a second.
const DEFAULT_BOOKS: [&str; 6] = ["book", "nomicon", "cargo", "edition-guide", "embedded-book", "alloc"];
/// Two small books, for `--quick`.
const QUICK_BOOKS: [&str; 2] = ["nomicon", "edition-guide"];
/// Pages of a generated site.
const GENERATED_PAGES: usize = 1000;
const QUICK_GENERATED_PAGES: usize = 200;

/// What the command line says about the input.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    /// The folder, if one was named.
    pub(crate) folder: Option<PathBuf>,
    /// Scopes as they were typed.
    pub(crate) scopes: Vec<String>,
    /// The start page as it was typed.
    pub(crate) start: Option<String>,
    /// Generate a site even where real documentation is there.
    pub(crate) generate: bool,
    /// A smaller input.
    pub(crate) quick: bool,
    /// Where a generated site is written.
    pub(crate) output: PathBuf,
    /// What a generated site is made from.
    pub(crate) seed: u64,
}

/// Finds the site for a request.
pub(crate) fn choose(request: &Request) -> Result<SiteSpec, Complaint> {
    let documentation = || if request.generate { None } else { rust_documentation() };
    if let Some(folder) = &request.folder {
        check_folder(folder)?;
        return narrow(folder.clone(), request, &[], format!("{}", folder.display()));
    }
    if let Some(folder) = documentation() {
        let books = if request.quick { &QUICK_BOOKS[..] } else { &DEFAULT_BOOKS[..] };
        let books: Vec<&str> = books.iter().copied().filter(|book| folder.join(book).is_dir()).collect();
        if !books.is_empty() {
            let title = "the Rust documentation installed by rustup".to_owned();
            return narrow(folder, request, &books, title);
        }
    }
    let pages = if request.quick { QUICK_GENERATED_PAGES } else { GENERATED_PAGES };
    let folder = request.output.join(format!("site-{pages}-{}", request.seed));
    generate(&folder, pages, request.seed).map_err(|error| {
        Complaint::new(format!("cannot write the generated site to {}: {error}", folder.display()))
    })?;
    narrow(folder, request, &[], format!("a generated site (seed {})", request.seed))
}

/// The HTML documentation of the toolchain, if there is one.
fn rust_documentation() -> Option<PathBuf> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).args(["--print", "sysroot"]).output().ok()?;
    let sysroot = String::from_utf8(output.stdout).ok()?;
    let folder = Path::new(sysroot.trim()).join("share/doc/rust/html");
    folder.is_dir().then_some(folder)
}

fn check_folder(folder: &Path) -> Result<(), Complaint> {
    match fs::metadata(folder) {
        Err(error) => {
            Err(Complaint::new(format!("cannot open the input folder {}: {error}", folder.display())))
        }
        Ok(meta) if !meta.is_dir() => {
            Err(Complaint::new(format!("the input {} is not a folder", folder.display())))
        }
        Ok(_) => fs::read_dir(folder).map(|_| ()).map_err(|error| {
            Complaint::new(format!("cannot read the input folder {}: {error}", folder.display()))
        }),
    }
}

/// Works out scope and start pages inside of a folder.
fn narrow(
    root: PathBuf,
    request: &Request,
    default: &[&str],
    description: String,
) -> Result<SiteSpec, Complaint> {
    if root.to_str().is_none() {
        return Err(Complaint::new(format!("the name of the input folder {} is not UTF-8", root.display())));
    }
    let mut scopes = Vec::new();
    for typed in &request.scopes {
        match check_scope(&root, typed)? {
            scope if scope.is_empty() => return start(root, request, Vec::new(), description),
            scope => scopes.push(scope),
        }
    }
    if scopes.is_empty() {
        // A start page in documentation as large as Rust's means its book, not all 48 000 pages.
        let book = request.start.as_deref().and_then(|start| start.trim_start_matches('/').split_once('/'));
        scopes = match book {
            Some((book, _)) if !default.is_empty() => vec![book.to_owned()],
            _ => default.iter().map(|&book| book.to_owned()).collect(),
        };
    }
    start(root, request, scopes, description)
}

fn check_scope(root: &Path, typed: &str) -> Result<String, Complaint> {
    let scope = typed.trim_start_matches("./").trim_matches('/');
    if scope.is_empty() || scope == "." {
        return Ok(String::new());
    }
    let leaves = Path::new(scope).components().any(|part| !matches!(part, std::path::Component::Normal(_)));
    if !leaves && root.join(scope).exists() {
        return Ok(scope.to_owned());
    }
    let entries: BTreeSet<String> = fs::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    let hint = suggestion(scope, entries.iter().map(String::as_str));
    Err(Complaint::new(format!("there is no scope '{typed}' in {}{hint}", root.display())))
}

fn start(
    root: PathBuf,
    request: &Request,
    scopes: Vec<String>,
    description: String,
) -> Result<SiteSpec, Complaint> {
    let mut spec = SiteSpec { root, starts: Vec::new(), scopes, description };
    if let Some(typed) = &request.start {
        spec.starts = vec![check_start(&spec, typed)?];
        return Ok(spec);
    }
    let roots = if spec.scopes.is_empty() { vec![String::new()] } else { spec.scopes.clone() };
    for scope in roots {
        spec.starts.extend(starts_in(&spec.root, &scope)?);
    }
    Ok(spec)
}

/// The index page of a scope; where there is none, every page in it, because nothing says where a reader begins.
fn starts_in(root: &Path, scope: &str) -> Result<Vec<String>, Complaint> {
    let folder = root.join(scope);
    if folder.is_file() {
        return Ok(vec![scope.to_owned()]);
    }
    let join = |name: &str| if scope.is_empty() { name.to_owned() } else { format!("{scope}/{name}") };
    if folder.join("index.html").is_file() {
        return Ok(vec![join("index.html")]);
    }
    let pages = pages_below(&folder);
    if pages.is_empty() {
        return Err(Complaint::new(format!(
            "there is no HTML page (*.html, *.htm, *.xhtml) in {}",
            folder.display()
        )));
    }
    Ok(pages.iter().map(|name| join(name)).collect())
}

/// Every page below a folder. Symbolic links to folders are not entered, so a loop of them ends here.
fn pages_below(folder: &Path) -> Vec<String> {
    let mut pages = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => open.push(path),
                Ok(kind) if kind.is_file() && is_page_name(&path) => {
                    if let Some(name) = path.strip_prefix(folder).ok().and_then(Path::to_str) {
                        pages.push(name.replace('\\', "/"));
                    }
                }
                _ => {}
            }
        }
    }
    pages.sort();
    pages
}

fn check_start(spec: &SiteSpec, typed: &str) -> Result<String, Complaint> {
    let name = typed.trim_start_matches("./").trim_start_matches('/');
    let file = spec.root.join(name);
    let fail = |what: String| Err(Complaint::new(format!("the start page {} {what}", file.display())));
    let bytes = match fs::metadata(&file) {
        Ok(meta) if meta.is_dir() => return fail("is a folder; name a page in it".to_owned()),
        Ok(meta) if !meta.is_file() => return fail("is not a regular file".to_owned()),
        Ok(_) => match fs::read(&file) {
            Ok(bytes) => bytes,
            Err(error) => return fail(format!("cannot be read: {error}")),
        },
        Err(error) => return fail(format!("cannot be opened: {error}")),
    };
    let Ok(text) = String::from_utf8(bytes) else { return fail("is not UTF-8".to_owned()) };
    if !looks_like_html(&text) {
        return fail("is not HTML".to_owned());
    }
    // Pages are named as symbolic links resolve, as the crawl will name them.
    let resolved = fs::canonicalize(&spec.root).ok().zip(fs::canonicalize(&file).ok());
    let inside =
        resolved.as_ref().and_then(|(root, file)| file.strip_prefix(root).ok()).and_then(Path::to_str);
    match inside {
        None => fail(format!("is not inside of {}", spec.root.display())),
        Some(name) if !spec.in_scope(name) => {
            fail(format!("is outside of the scope {}", spec.scopes.join(", ")))
        }
        Some(name) => Ok(name.to_owned()),
    }
}
