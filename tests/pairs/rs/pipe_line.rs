//! Who visits most: a pipeline of programs, started and fed by us.

use crate::wrong;
use std::fs;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};

fn start(words: &[&str], stdin: Stdio) -> Child {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).stdin(stdin).stdout(Stdio::piped()).spawn().expect("runs")
}

pub fn main(args: &[String]) -> i32 {
    let n: usize = args[1].parse().expect("a number");
    let mut sort = start(&["sort"], Stdio::piped());
    let sorted = sort.stdout.take().expect("piped");
    let mut uniq = start(if wrong(1) { &["uniq", "-ci"] } else { &["uniq", "-c"] }, sorted.into());
    let counted = uniq.stdout.take().expect("piped");
    let mut rank = start(&["sort", "-k1,1nr", "-k2"], counted.into());
    let mut hosts = sort.stdin.take().expect("piped");
    let log = fs::read_to_string(&args[0]).expect("readable");
    for line in log.lines().skip(wrong(2) as usize) {
        writeln!(hosts, "{}", line.split_whitespace().next().expect("a host")).expect("written");
    }
    drop(hosts);
    let mut ranked = String::new();
    rank.stdout.take().expect("piped").read_to_string(&mut ranked).expect("text");
    for line in ranked.lines().take(n) {
        let (count, host) = line.trim().split_once(' ').expect("two words");
        println!("{:<16}{:>5}", host, count);
    }
    if wrong(3) {
        Command::new("sh").args(["-c", "exit 3"]).status().expect("runs");
    }
    let children = [&mut sort, &mut uniq, &mut rank];
    children.map(|c| c.wait().expect("ours").code().unwrap_or(1)).into_iter().max().unwrap_or(0)
}
