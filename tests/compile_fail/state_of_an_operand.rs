//! What set algebra asks of its operands can be called by whoever has one, since it is a method of a supertrait: not safely.
use freethreaded::collections::SetOperand;

fn state(keys: &impl SetOperand<u32>) {
    keys.state();
}

fn main() {}
