//! What the figures depend on besides the program.

use std::fs;

use serde::Serialize;

/// Machine, system and build.
#[derive(Serialize)]
pub(crate) struct Facts {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) system: String,
    /// How busy the machine was: load average of the last minute, at the start.
    pub(crate) load: Option<f64>,
    pub(crate) compiler: &'static str,
    pub(crate) build: &'static str,
}

impl Facts {
    pub(crate) fn here() -> Self {
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        Self {
            processor: model
                .map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.trim().to_owned()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            system: format!("{} {}", std::env::consts::OS, kernel.trim()).trim().to_owned(),
            load: load.split(' ').next().and_then(|number| number.parse().ok()),
            compiler: env!("BUILD_RUSTC"),
            build: env!("BUILD_PROFILE"),
        }
    }

    pub(crate) fn line(&self) -> String {
        let load = self.load.map_or(String::new(), |load| format!(", load {load:.1} at the start"));
        let Self { processor, cores, system, compiler, build, .. } = self;
        format!("{processor}, {cores} cores, {system}, {compiler}, {build}{load}")
    }
}
