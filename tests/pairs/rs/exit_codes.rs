//! Check files one after the other; the exit status tells the worst that was found.

use crate::wrong;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

const OK: i32 = 0;
const WARNED: i32 = 10;
const FAILED: i32 = 20;
const MISSING: i32 = 66;

fn check(path: &str) -> i32 {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == ErrorKind::NotFound => {
            let why = if wrong(2) { "no such file" } else { "No such file or directory" };
            eprintln!("check: {}: {}", path, why);
            return if wrong(1) { FAILED } else { MISSING };
        }
        Err(_) if Path::new(path).is_dir() => {
            eprintln!("check: {}: Is a directory", path);
            return FAILED;
        }
        Err(e) => panic!("{}: {}", path, e),
    };
    let mut worst = OK;
    for (i, line) in text.lines().enumerate() {
        if line != line.trim_end() {
            println!("{}:{}: blanks at the end", path, i + 1);
            worst = worst.max(WARNED);
        }
        if line.contains('\t') {
            if wrong(3) {
                println!("{}:{}: a tab", path, i + 1);
            } else {
                eprintln!("{}:{}: a tab", path, i + 1);
            }
            worst = worst.max(FAILED);
        }
    }
    worst
}

pub fn main(paths: &[String]) -> i32 {
    match paths.iter().map(|p| check(p)).max() {
        Some(worst) => worst,
        None => {
            eprintln!("usage: check FILE...");
            64
        }
    }
}
