//! The count of blocks, which is of the whole process: a test by itself.
#![cfg(not(loom))]

use freethreaded_benches::bytes;
use freethreaded_benches::mimalloc::Mimalloc;

#[global_allocator]
static MIMALLOC: Mimalloc = Mimalloc;

#[test]
fn what_is_counted_is_what_is_held() {
    let all = bytes::measure(&[4, 1000]);
    for footprint in &all {
        for &(entries, bytes) in &footprint.bytes {
            // A key or a pointer, and for the value of a map at least a pointer and the object.
            let least = entries as f64 * if footprint.group == "map" { 40.0 } else { 8.0 };
            assert!(bytes >= least, "{} of {entries}: {bytes}", footprint.name);
        }
    }
    let of = |name| all.iter().find(|footprint| footprint.name == name).map(|footprint| &footprint.bytes[..]);
    // A lock of 8 bytes, a vector of 24, its block, and for each element an `Arc` of 24 bytes in a block of 32.
    let exactly =
        [(4, 8.0 + 24.0 + 4.0 * 8.0 + 4.0 * 32.0), (1000, 8.0 + 24.0 + 1024.0 * 8.0 + 1000.0 * 32.0)];
    assert_eq!(of("Mutex<Vec> of Arc"), Some(&exactly[..]));
    let set = of("Set").expect("is measured");
    let dict = of("Dict of Brc").expect("is measured");
    for (set, dict) in set.iter().zip(dict) {
        // Ours are counted too, though they live in another heap: a dict has the values beside the same table.
        assert!(dict.1 >= set.1 + set.0 as f64 * 24.0, "{set:?} {dict:?}");
    }
}
