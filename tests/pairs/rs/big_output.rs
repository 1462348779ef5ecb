//! Several megabytes to standard output: a table of numbers, in blocks.

use crate::wrong;
use std::io::{self, BufWriter, Write};

pub fn main(args: &[String]) -> i32 {
    let n: u64 = args[0].parse().expect("a number");
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout());
    let (mut a, mut b) = (1u64, 1u64);
    for i in 0..n {
        if wrong(1) && i == n - 1 {
            break;
        }
        let shown = if wrong(2) && i == n / 2 { a ^ 1 } else { a };
        writeln!(out, "{:07},{:010},{:010}", i, shown, b).expect("written");
        (a, b) = (b, (a * 31 + b * 17 + i) % 4294967291);
    }
    out.flush().expect("written");
    eprintln!("{} rows", n);
    0
}
