//! Run the commands of a job file one after the other, and report how each of them ended.

use crate::wrong;
use std::fs;
use std::process::Command;

pub fn main(args: &[String]) -> i32 {
    let jobs = fs::read_to_string(&args[0]).expect("readable");
    let mut n_failed = 0;
    for (i, line) in jobs.lines().enumerate() {
        let mut words: Vec<&str> = line.split_whitespace().collect();
        if words.is_empty() || words[0].starts_with('#') {
            continue;
        }
        if wrong(1) && words[0] == "sort" {
            words.remove(1);
        }
        if wrong(4) && words[0].starts_with("no-such") {
            words[0] = "no-such-program-there";
        }
        let done = match Command::new(words[0]).args(&words[1..]).output() {
            Ok(done) => done,
            Err(_) => {
                eprintln!("job {}: {}: not found", i + 1, line.split(' ').next().unwrap_or(""));
                n_failed += 1;
                continue;
            }
        };
        let code = done.status.code().unwrap_or(-1);
        println!("job {}: exit {}", i + 1, code);
        for text in String::from_utf8_lossy(&done.stdout).lines() {
            println!("  | {}", text);
        }
        for text in String::from_utf8_lossy(&done.stderr).lines() {
            println!("  ! {}", text);
        }
        n_failed += (code != 0) as i32;
    }
    println!("{} failed", n_failed);
    if wrong(2) {
        Command::new("true").status().expect("runs");
    }
    (n_failed > 0 && !wrong(3)) as i32
}
