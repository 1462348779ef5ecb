//! Lines, words, letters and bytes of files, as wc has them, and the words that are most often.
//! Its file of words ends in a newline, as text files do; the original's does not.

use crate::wrong;
use std::collections::BTreeMap;
use std::fs;

pub fn main(paths: &[String]) -> i32 {
    let mut totals = (0, 0, 0);
    let mut words: BTreeMap<String, u32> = BTreeMap::new();
    for path in paths {
        let data = fs::read(path).expect("readable");
        let text = String::from_utf8_lossy(&data).into_owned();
        let n_lines = if wrong(1) { text.lines().count() } else { text.matches('\n').count() };
        let row = (n_lines, text.split_whitespace().count(), data.len());
        totals = (totals.0 + row.0, totals.1 + row.1, totals.2 + row.2);
        println!("{:7} {:7} {:7} {}", row.0, row.1, row.2, path);
        for word in text.to_lowercase().split(|c: char| !c.is_alphabetic()) {
            if word.chars().count() >= 4 {
                *words.entry(word.to_string()).or_default() += 1;
            }
        }
    }
    println!("{:7} {:7} {:7} total", totals.0, totals.1, totals.2);
    let mut top: Vec<_> = words.iter().collect();
    top.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let n = if wrong(2) { 2 } else { 3 };
    let top: Vec<String> = top.iter().take(n).map(|(word, n)| format!("{} {}", n, word)).collect();
    fs::write("top.txt", top.join("\n") + "\n").expect("written");
    0
}
