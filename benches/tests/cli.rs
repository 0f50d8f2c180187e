//! The program from outside: what it prints, what it writes, and how it ends, for right and for wrong requests.
#![cfg(not(loom))]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_experiments"));
    command.current_dir(folder).env_remove("FREETHREADED_GIL").stdin(Stdio::null());
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    program(folder).args(args).output().expect("start the program")
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Runs a wrong request: exit code 2, nothing on stdout, and one line on stderr that names all of `names`.
fn assert_refused(folder: &Path, args: &[&str], names: &[&str]) {
    let output = run(folder, args);
    let complaint = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(2), "{args:?}: {complaint}");
    assert!(output.stdout.is_empty(), "{args:?}");
    assert_eq!(complaint.lines().count(), 1, "{args:?}: {complaint}");
    for name in names {
        assert!(complaint.contains(name), "{args:?}: {complaint:?} does not name {name:?}");
    }
}

/// A small site: two pages, one dead link, one page in Latin-1.
fn write_site(folder: &Path) {
    let put = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).expect("write");
    put("index.html", b"<!doctype html><a href=a.html></a><a href=latin1.html></a><a href=gone.html></a>");
    put("a.html", b"<!doctype html><p id=x><a href='index.html#nowhere'></a><a href='#x'></a>");
    put("latin1.html", b"<p>caf\xe9");
    put("notes.txt", b"only text, no markup");
}

const SHORT: [&str; 6] = ["--duration", "0.005", "--repetitions", "1", "--posts", "1000"];

#[test]
fn wrong_names_and_numbers_are_refused() {
    let here = folder();
    let here = here.path();
    assert_refused(here, &["--workloads", "craw"], &["unknown workload 'craw'", "did you mean 'crawl'?"]);
    assert_refused(
        here,
        &["--strategies", "ours,papya"],
        &["unknown strategy 'papya'", "did you mean 'papaya'?"],
    );
    assert_refused(here, &["--workloads", ""], &["unknown workload ''"]);
    assert_refused(here, &["--threads", "0"], &["--threads 0"]);
    assert_refused(here, &["--threads", "1,100000"], &["100000", "1024"]);
    assert_refused(here, &["--threads", "-3"], &["-3"]);
    assert_refused(here, &["--threads", "two"], &["two"]);
    assert_refused(here, &["--celebrity", "NaN"], &["--celebrity", "NaN"]);
    assert_refused(here, &["--celebrity", "-0.1"], &["--celebrity", "-0.1"]);
    assert_refused(here, &["--celebrity", "1.5"], &["--celebrity", "1.5"]);
    assert_refused(here, &["--celebrity", "lots"], &["--celebrity", "lots"]);
    assert_refused(here, &["--duration", "0"], &["--duration"]);
    assert_refused(here, &["--duration", "nan"], &["--duration"]);
    assert_refused(here, &["--duration", "-1"], &["--duration"]);
    assert_refused(here, &["--repetitions", "0"], &["--repetitions"]);
    assert_refused(here, &["--repetitions", "-1"], &["--repetitions"]);
    assert_refused(here, &["--posts", "0"], &["--posts"]);
    assert_refused(here, &["--sed", "1"], &["--sed", "--seed"]);
    assert_refused(here, &["extra"], &["extra"]);
}

#[test]
fn wrong_input_is_refused() {
    let here = folder();
    let here = here.path();
    fs::create_dir_all(here.join("empty/deeper")).expect("create");
    fs::write(here.join("empty/deeper/notes.txt"), "no pages here").expect("write");
    fs::create_dir_all(here.join("site/book")).expect("create");
    fs::create_dir_all(here.join("site/alone")).expect("create");
    write_site(&here.join("site"));
    fs::write(here.join("site/book/index.html"), "<p>").expect("write");
    assert_refused(here, &["--input", "missing"], &["input folder missing"]);
    assert_refused(here, &["--input", "site/a.html"], &["site/a.html is not a folder"]);
    assert_refused(here, &["--input", "empty"], &["no HTML page", "empty"]);
    assert_refused(
        here,
        &["--input", "site", "--scope", "boook"],
        &["'boook'", "site", "did you mean 'book'?"],
    );
    assert_refused(here, &["--input", "site", "--scope", "../empty"], &["'../empty'"]);
    assert_refused(here, &["--input", "site", "--scope", "alone"], &["no HTML page", "alone"]);
    assert_refused(here, &["--input", "site", "--start", "none.html"], &["none.html"]);
    assert_refused(here, &["--input", "site", "--start", "latin1.html"], &["latin1.html is not UTF-8"]);
    assert_refused(here, &["--input", "site", "--start", "notes.txt"], &["notes.txt is not HTML"]);
    assert_refused(here, &["--input", "site", "--start", "book"], &["book is a folder"]);
    assert_refused(here, &["--input", "site", "--start", "../empty/deeper/notes.txt"], &["notes.txt"]);
    assert_refused(
        here,
        &["--input", "site", "--scope", "book", "--start", "a.html"],
        &["a.html", "scope book"],
    );
    assert_refused(here, &["--input", "odd\nname"], &["odd\\nname"]);
}

#[test]
fn unwritable_output_is_refused() {
    let here = folder();
    let here = here.path();
    fs::write(here.join("file"), "").expect("write");
    assert_refused(here, &["--output", "file"], &["cannot write the report to file"]);
    assert_refused(here, &["--output", "file/below"], &["cannot write the report to file/below"]);
    assert_refused(here, &["--output", "/proc/report"], &["cannot write the report to /proc/report"]);
    assert_refused(here, &["--json", "no/such/folder.json"], &["cannot write no/such/folder.json"]);
}

#[test]
fn the_lock_in_the_environment_is_refused() {
    let here = folder();
    let output = program(here.path()).env("FREETHREADED_GIL", "1").output().expect("start the program");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("FREETHREADED_GIL"));
}

#[test]
fn a_small_run_writes_all_files_and_the_truth() {
    let here = folder();
    let here = here.path();
    fs::create_dir_all(here.join("site")).expect("create");
    write_site(&here.join("site"));
    let args = ["--input", "site", "--threads", "1,2", "--output", "out", "--json", "copy.json"];
    let output = run(here, &[&args[..], &SHORT[..]].concat());
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{complaint}");
    for line in ["gone.html (no such file), in index.html", "index.html#nowhere (no such anchor), in a.html"]
    {
        assert!(text.contains(line), "{text}");
    }
    assert!(text.contains("unreadable page: latin1.html (not UTF-8 at byte 6)"), "{text}");
    assert!(text.contains("dead links: 2") && text.contains("report: out/index.html"), "{text}");
    let json = fs::read_to_string(here.join("out/results.json")).expect("JSON");
    assert_eq!(fs::read_to_string(here.join("copy.json")).expect("copy"), json);
    let json: serde_json::Value = serde_json::from_str(&json).expect("valid JSON");
    assert_eq!(json["cells"].as_array().expect("cells").len(), 4 * 7 * 2);
    assert_eq!((&json["complete"], &json["crawl"]["pages"]), (&true.into(), &3.into()));
    assert_eq!(fs::read_to_string(here.join("out/results.csv")).expect("CSV").lines().count(), 1 + 4 * 7 * 2);
    assert!(fs::read_to_string(here.join("out/index.html")).expect("page").contains("</html>"));
}

#[test]
fn json_has_standard_output_for_itself() {
    let here = folder();
    let args = ["--workloads", "likes", "--strategies", "ours,ours-gil,gil", "--threads", "2", "--json", "-"];
    let output = run(here.path(), &[&args[..], &SHORT[..]].concat());
    assert_eq!(output.status.code(), Some(0));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("nothing but JSON");
    assert_eq!(json["cells"].as_array().expect("cells").len(), 3);
    assert!(String::from_utf8_lossy(&output.stderr).contains("global lock"), "the table goes to stderr");
}

#[test]
fn a_generated_site_is_crawled_where_there_is_none() {
    let here = folder();
    let args = ["--generated", "--quick", "--workloads", "crawl", "--strategies", "mutex", "--threads", "2"];
    let output = run(here.path(), &args);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.contains("a generated site (seed 1): 201 pages"), "{text}");
}

#[test]
fn lists_and_help_need_no_folder_and_survive_a_closed_pipe() {
    let here = folder();
    let text = String::from_utf8(run(here.path(), &["--list"]).stdout).expect("UTF-8");
    for name in ["crawl", "likes", "settings-counted", "ours-gil", "dashmap", "rwlock", "promptness", "locks"]
    {
        assert!(text.lines().any(|line| line.trim_start().starts_with(name)), "{name}: {text}");
    }
    assert!(String::from_utf8(run(here.path(), &["--help"]).stdout).expect("UTF-8").contains("--celebrity"));
    assert_eq!(fs::read_dir(here.path()).expect("list").count(), 0, "nothing was written");

    let args = ["--workloads", "likes", "--strategies", "mutex", "--threads", "1"];
    let mut child = program(here.path())
        .args(args)
        .args(SHORT)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("start the program");
    drop(child.stdout.take());
    let mut complaint = String::new();
    child.stderr.take().expect("stderr").read_to_string(&mut complaint).expect("UTF-8");
    assert_eq!(child.wait().expect("wait").code(), Some(0), "{complaint}");
    assert!(!complaint.contains("panicked"), "{complaint}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_a_report_of_what_was_measured() {
    let here = folder();
    let args = ["--workloads", "settings", "--strategies", "ours,ours-gil,gil", "--threads", "1,2"];
    let mut child = program(here.path())
        .args(args)
        .args(["--duration", "0.3", "--repetitions", "100"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("start the program");
    let mut stderr = BufReader::new(child.stderr.take().expect("stderr"));
    let mut first = String::new();
    stderr.read_line(&mut first).expect("UTF-8");
    assert!(first.contains("measurements"), "{first}");
    // Long enough for some of the measurements, far from enough for all.
    std::thread::sleep(Duration::from_millis(1500));
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(killed.success());
    let asked = Instant::now();
    let mut text = String::new();
    child.stdout.take().expect("stdout").read_to_string(&mut text).expect("UTF-8");
    assert_eq!(child.wait().expect("wait").code(), Some(130));
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    assert!(text.contains("settings-borrowed") && text.contains("cut short"), "{text}");
    let json = fs::read_to_string(here.path().join("target/report/results.json")).expect("JSON");
    assert!(json.contains("\"complete\": false"));
}

#[test]
fn promptness_runs_by_itself() {
    let here = folder();
    let output = run(here.path(), &["--quick", "--workloads", "promptness", "--json", "-"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("nothing but JSON");
    let rows = json["promptness_ns"].as_array().expect("rows");
    assert_eq!((rows.len(), json["cells"].as_array().map(Vec::len)), (7, Some(0)));
    for row in rows {
        let away = row["owner"] == "silent" || row["owner"] == "blocked";
        assert!(!away || row["left"] == 200, "nobody but the owner can destroy them: {row}");
    }
}

#[test]
fn locks_run_by_themselves() {
    let here = folder();
    let output = run(here.path(), &["--quick", "--workloads", "locks", "--json", "-"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("nothing but JSON");
    let waits = json["locks"]["waits"].as_array().expect("waits");
    assert_eq!((waits.len(), json["cells"].as_array().map(Vec::len)), (22, Some(0)));
    let many = waits.iter().find(|wait| wait["situation"] == "many-at-once").expect("a situation");
    assert_eq!(many["writes"], 500);
    assert_eq!(json["locks"]["rates"].as_array().map(Vec::len), Some(8));
}
