//! Run commands with a time limit, and report who had to be ended, by which signal.

use crate::wrong;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

extern "C" {
    fn kill(pid: i32, signal: i32) -> i32;
}

const SIGTERM: i32 = 15;

fn run(limit: Duration, words: &[&str]) -> (String, usize) {
    let mut child = Command::new(words[0])
        .args(&words[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("runs");
    let mut pipe = child.stdout.take().expect("piped");
    let (send, received) = mpsc::channel();
    let reader = thread::spawn(move || {
        let mut out = vec![];
        pipe.read_to_end(&mut out).expect("readable");
        send.send(()).expect("somebody waits");
        out
    });
    if received.recv_timeout(limit).is_err() {
        if wrong(1) {
            child.kill().expect("ours"); // SIGKILL: no time to clean up
        } else {
            unsafe { kill(child.id() as i32, SIGTERM) };
        }
        eprintln!("{}: timed out", words[0]);
    }
    let status = child.wait().expect("ours");
    let out = reader.join().expect("read");
    let how = match status.signal() {
        Some(15) => "killed by SIGTERM".to_string(),
        Some(10) => "killed by SIGUSR1".to_string(),
        Some(9) => "killed by SIGKILL".to_string(),
        Some(n) => format!("killed by {}", n),
        None => format!("exit {}", status.code().unwrap_or(-1)),
    };
    (how, out.len())
}

pub fn main(args: &[String]) -> i32 {
    let limit = Duration::from_secs_f64(args[0].parse().expect("a number"));
    let third = if wrong(2) { "echo done; exit 6" } else { "echo done; exit 5" };
    let jobs: [&[&str]; 3] =
        [&["sleep", "60"], &["sh", "-c", "kill -USR1 $$"], &["sh", "-c", third]];
    for (i, words) in jobs.iter().enumerate() {
        let (how, n) = run(limit, words);
        println!("{}: {}: {} bytes", i + 1, how, n);
    }
    3
}
