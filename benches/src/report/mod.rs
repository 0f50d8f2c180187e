//! Turns samples into what people and programs read: a table, a page with plots, JSON and CSV.

pub(crate) mod findings;
pub(crate) mod format;
pub(crate) mod html;
pub(crate) mod latency_plot;
pub(crate) mod line_plot;
pub(crate) mod load;
pub(crate) mod locks;
pub(crate) mod machine;
pub(crate) mod promptness;
pub(crate) mod results;
pub(crate) mod spread_plot;
pub(crate) mod svg;
pub(crate) mod table;

use std::fs;
use std::io;
use std::path::Path;

use results::Results;

/// Writes the three files. Each is written beside its place and moved there, so that a reader never sees half of one.
pub(crate) fn write_files(results: &Results, folder: &Path) -> io::Result<()> {
    let put = |name: &str, text: String| {
        let beside = folder.join(format!(".{name}.new"));
        fs::write(&beside, text)?;
        fs::rename(&beside, folder.join(name))
    };
    put("results.json", results.to_json()?)?;
    put("results.csv", results.to_csv())?;
    put("index.html", html::page(results))
}
