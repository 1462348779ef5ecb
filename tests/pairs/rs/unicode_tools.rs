//! Count, turn and change the letters of lines that are not ASCII.

use crate::wrong;
use std::io::{self, BufRead};

pub fn main(_: &[String]) -> i32 {
    let mut total = 0;
    for line in io::stdin().lock().lines() {
        let line = line.expect("text");
        let words: Vec<&str> = line.split_whitespace().collect();
        let n = if wrong(1) { line.encode_utf16().count() } else { line.chars().count() };
        total += n;
        println!("{} letters, {} bytes, {} words", n, line.len(), words.len());
        println!("{}", if wrong(2) { line.to_ascii_uppercase() } else { line.to_uppercase() });
        let turned: Vec<String> = words.iter().map(|w| w.chars().rev().collect()).collect();
        println!("{}", turned.join(" "));
        let points = line.chars().filter(|c| !c.is_ascii());
        let points: Vec<String> = points.map(|c| format!("U+{:04X}", c as u32)).collect();
        println!("{}", points.join(" "));
    }
    println!("{} letters", total);
    0
}
