//! The experiment program: what does a program gain when its global lock goes away? It runs small real programs under
//! seven ways to share objects between threads, checks that all give the same result, and writes a report.

#[cfg(not(loom))]
mod app;
#[cfg(not(loom))]
mod cli;
#[cfg(not(loom))]
mod measure;
#[cfg(not(loom))]
mod report;
#[cfg(not(loom))]
mod run;
#[cfg(not(loom))]
mod site;
#[cfg(not(loom))]
mod strategies;
#[cfg(not(loom))]
mod workloads;

#[cfg(not(loom))]
fn main() -> std::process::ExitCode {
    app::main()
}

/// Under the model checker the library has no threads of its own to run on, and the competitors are not built.
#[cfg(loom)]
fn main() {}
