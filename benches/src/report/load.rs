//! How much of the machine other programs used during a run: a figure taken on a shared machine must say so.

use std::fs;

/// Processor time since the system started, in its own ticks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Usage {
    /// All of it, idle time included.
    total: f64,
    /// What was not idle, including what a hypervisor gave to others.
    busy: f64,
    /// The part of this program and the processes it has waited for.
    own: f64,
}

impl Usage {
    /// Reads the counters, where the system has them.
    pub(crate) fn now() -> Option<Self> {
        Self::parse(&fs::read_to_string("/proc/stat").ok()?, &fs::read_to_string("/proc/self/stat").ok()?)
    }

    fn parse(system: &str, process: &str) -> Option<Self> {
        let line = system.lines().next()?.strip_prefix("cpu ")?;
        // user, nice, system, idle, iowait, irq, softirq, steal; what follows is counted in the first two already.
        let fields: Vec<f64> =
            line.split_whitespace().take(8).map_while(|field| field.parse().ok()).collect();
        let idle = fields.get(3)? + fields.get(4)?;
        let total: f64 = fields.iter().sum();
        // The program's name may contain anything, but nothing after it contains a parenthesis.
        let (_, rest) = process.rsplit_once(')')?;
        let times = rest.split_whitespace().skip(11).take(4).map_while(|field| field.parse::<f64>().ok());
        Some(Self { total, busy: total - idle, own: times.sum() })
    }

    /// The share of the machine that others used between `self` and a later reading.
    pub(crate) fn others_until(&self, later: &Self) -> Option<f64> {
        let total = later.total - self.total;
        let others = (later.busy - self.busy) - (later.own - self.own);
        (total > 0.0).then(|| (others / total).clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_computed_from_both_files() {
        let process = |own| format!("42 (a) b) c) R 1 2 3 4 5 6 7 8 9 10 {own} 0 0 0 20 0 1");
        let before = Usage::parse("cpu  100 0 0 900 0 0 0 0 0 0\ncpu0 1", &process(10)).expect("valid");
        let after = Usage::parse("cpu  160 0 20 980 20 0 0 20 0 0\n", &process(50)).expect("valid");
        // 200 ticks passed, 100 of them busy, 40 of those our own.
        assert_eq!(before.others_until(&after), Some(0.3));
        assert_eq!(before.others_until(&before), None);
        assert!(Usage::parse("", "").is_none());
    }
}
