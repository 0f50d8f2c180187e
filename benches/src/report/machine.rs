//! What a figure depends on besides the program: machine, system, versions, and when and how it was run.

use std::fs;
use std::path::Path;
use std::thread::available_parallelism;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde::Serialize;

/// The circumstances of a run.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Machine {
    /// Processor model, as the system names it.
    pub(crate) cpu: String,
    /// Cores this process may use.
    pub(crate) cores: usize,
    /// Memory in GiB, where the system says it.
    pub(crate) memory_gib: Option<f64>,
    /// Kernel and its version.
    pub(crate) system: String,
    /// How busy the machine was at the start: load average of the last minute.
    pub(crate) load: Option<f64>,
    /// What reading the clock costs, which is part of every sampled latency.
    pub(crate) clock_ns: f64,
    /// Compiler.
    pub(crate) rustc: &'static str,
    /// Target and profile.
    pub(crate) build: String,
    /// This crate's version.
    pub(crate) freethreaded: &'static str,
    /// The competitors' versions.
    pub(crate) peers: &'static str,
    /// How the program was called.
    pub(crate) command: String,
    /// When it was started, UTC.
    pub(crate) date: String,
}

impl Machine {
    /// Looks around.
    pub(crate) fn here() -> Self {
        Self {
            cpu: cpu(),
            cores: available_parallelism().map_or(1, |n| n.get()),
            memory_gib: memory_gib(),
            system: system(),
            load: fs::read_to_string("/proc/loadavg")
                .ok()
                .and_then(|text| text.split(' ').next()?.parse().ok()),
            clock_ns: clock_ns(),
            rustc: env!("BUILD_RUSTC"),
            build: format!("{} {}", env!("BUILD_TARGET"), env!("BUILD_PROFILE")),
            freethreaded: env!("BUILD_FREETHREADED"),
            peers: env!("BUILD_PEERS"),
            command: command(),
            date: date(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())),
        }
    }
}

fn proc_value(file: &str, key: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn cpu() -> String {
    let named = proc_value("/proc/cpuinfo", "model name").or_else(|| proc_value("/proc/cpuinfo", "Hardware"));
    named.unwrap_or_else(|| format!("unnamed {} processor", std::env::consts::ARCH))
}

fn memory_gib() -> Option<f64> {
    let total = proc_value("/proc/meminfo", "MemTotal")?;
    let kib: f64 = total.split_whitespace().next()?.parse().ok()?;
    Some((kib / 1024.0 / 1024.0 * 10.0).round() / 10.0)
}

fn system() -> String {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("{} {}", std::env::consts::OS, release.trim()).trim().to_owned()
}

fn clock_ns() -> f64 {
    const READS: u32 = 2000;
    let began = Instant::now();
    for _ in 0..READS {
        std::hint::black_box(Instant::now());
    }
    began.elapsed().as_nanos() as f64 / f64::from(READS)
}

/// The command line, with the program by its name alone: where it lies is nobody's business.
fn command() -> String {
    let mut args = std::env::args_os().map(|arg| arg.to_string_lossy().into_owned());
    let program = args.next().unwrap_or_default();
    let name =
        Path::new(&program).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or(program);
    std::iter::once(name).chain(args).collect::<Vec<_>>().join(" ")
}

/// Seconds since 1970 as `2026-11-21 10:52 UTC`.
fn date(seconds: u64) -> String {
    let (days, time) = (seconds / 86_400, seconds % 86_400);
    // Years that begin in March put the leap day at their end, which makes the months regular.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = era * 400 + year + next;
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02} UTC", time / 3600, time % 3600 / 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        assert_eq!(date(0), "1970-01-01 00:00 UTC");
        assert_eq!(date(951_827_696), "2000-02-29 12:34 UTC");
        assert_eq!(date(1_732_147_200), "2024-11-21 00:00 UTC");
        assert_eq!(date(4_107_542_399), "2100-02-28 23:59 UTC");
    }

    #[test]
    fn the_machine_has_a_name_and_cores() {
        let machine = Machine::here();
        assert!(!machine.cpu.is_empty() && machine.cores > 0 && machine.rustc.starts_with("rustc "));
        assert!(machine.peers.contains("papaya 0.") && !machine.command.contains('/'), "{machine:?}");
    }
}
