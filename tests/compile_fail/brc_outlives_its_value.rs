//! The drop checker knows that a `Brc` drops its value.
use freethreaded::Brc;

struct Loud<'a>(&'a String);

impl Drop for Loud<'_> {
    fn drop(&mut self) {
        println!("{}", self.0);
    }
}

fn main() {
    let object;
    let text = "gone".to_string();
    object = Brc::new(Loud(&text));
    let _ = &object;
}
