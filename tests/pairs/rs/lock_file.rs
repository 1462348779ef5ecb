//! Do something once at a time: a lock file with our number, a state file that counts the runs.

use crate::wrong;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::process;
use std::thread;
use std::time::Duration;

const LOCK: &str = "job.lock";
const STATE: &str = "job.state";
const PID: &str = "job.pid";

pub fn main(_: &[String]) -> i32 {
    let lock = if wrong(1) {
        OpenOptions::new().write(true).create(true).open(LOCK)
    } else {
        OpenOptions::new().write(true).create_new(true).open(LOCK)
    };
    let mut lock = match lock {
        Ok(lock) => lock,
        Err(e) if e.kind() == ErrorKind::AlreadyExists => {
            let owner = fs::read_to_string(LOCK).expect("readable");
            eprintln!("locked by {}", owner.trim());
            return 75;
        }
        Err(e) => panic!("{}: {}", LOCK, e),
    };
    writeln!(lock, "{}", process::id()).expect("written");
    fs::write(PID, format!("{}\n", process::id() + wrong(3) as u32)).expect("written");
    let runs: u32 = match fs::read_to_string(STATE) {
        Ok(text) => text.trim().parse().expect("a number"),
        Err(_) => 0,
    };
    thread::sleep(Duration::from_millis(10));
    fs::write(STATE, format!("{}\n", runs + 1)).expect("written");
    println!("run {}", runs + 1);
    if !wrong(2) {
        fs::remove_file(LOCK).expect("removed");
    }
    0
}
