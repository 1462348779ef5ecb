//! Worker processes that share a queue of numbers: each factors its part and answers by a pipe.

use crate::wrong;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::io::FromRawFd;

extern "C" {
    fn fork() -> i32;
    fn pipe(fds: *mut i32) -> i32;
    fn waitpid(pid: i32, status: *mut i32, options: i32) -> i32;
    fn _exit(status: i32) -> !;
}

fn factors(mut n: u64) -> Vec<String> {
    let (mut found, mut d) = (vec![], 2);
    while n > 1 {
        while n % d == 0 {
            found.push(d.to_string());
            n /= d;
        }
        d += 1;
    }
    found
}

fn work(numbers: &[u64], mut out: File) -> i32 {
    for n in numbers {
        writeln!(out, "{} = {}", n, factors(*n).join(" * ")).expect("somebody reads");
    }
    if wrong(2) {
        return 0;
    }
    numbers.len() as i32 % 2
}

pub fn main(args: &[String]) -> i32 {
    let n_workers: usize = args[0].parse().expect("a number");
    let numbers: Vec<u64> = args[1..].iter().map(|n| n.parse().expect("a number")).collect();
    let mut failed = 0;
    for i in 0..n_workers {
        let part: Vec<u64> =
            numbers.iter().copied().skip(i).step_by(n_workers + wrong(1) as usize).collect();
        let mut fds = [0; 2];
        let mut status = 0;
        unsafe {
            assert_eq!(pipe(fds.as_mut_ptr()), 0);
            let (source, target) = (File::from_raw_fd(fds[0]), File::from_raw_fd(fds[1]));
            let pid = fork();
            if pid == 0 {
                drop(source);
                _exit(work(&part, target));
            }
            drop(target);
            for line in BufReader::new(source).lines() {
                println!("worker {}: {}", i, line.expect("text"));
            }
            waitpid(pid, &mut status, 0);
        }
        failed += status >> 8 & 0xff;
    }
    println!("{} odd", failed);
    failed
}
