//! Append to a log; when it would grow too large, rotate it: log, log.1, log.2.

use crate::wrong;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

const LIMIT: u64 = 200;
const KEEP: u32 = 2;

fn rotate(path: &str) -> io::Result<()> {
    for n in (1..=if wrong(1) { 1 } else { KEEP }).rev() {
        let newer = if n > 1 { format!("{}.{}", path, n - 1) } else { path.to_string() };
        if Path::new(&newer).exists() {
            fs::rename(newer, format!("{}.{}", path, n))?;
        }
    }
    Ok(())
}

fn append(path: &str, line: &str) -> io::Result<()> {
    let data = format!("{}\n", line);
    let size = fs::metadata(path).map_or(0, |info| info.len());
    let full = size + data.len() as u64 > LIMIT;
    if full && !wrong(2) {
        rotate(path)?;
    }
    let truncate = wrong(2) && full;
    let mut log = if truncate {
        OpenOptions::new().write(true).truncate(true).open(path)?
    } else {
        OpenOptions::new().append(true).create(true).open(path)?
    };
    log.write_all(data.as_bytes())
}

pub fn main(args: &[String]) -> i32 {
    for i in 0..args[1].parse().expect("a number") {
        append(&args[0], &format!("entry {}: {}", i, ".".repeat(i % 7))).expect("appended");
    }
    let entries = fs::read_dir(".").expect("a folder").map(|e| e.expect("an entry"));
    let mut names: Vec<String> =
        entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    for name in names.iter().filter(|n| n.starts_with(&args[0])) {
        println!("{} {}", name, fs::metadata(name).expect("there").len());
    }
    0
}
