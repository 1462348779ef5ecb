//! Count words in many files with a pool of threads; each file gets a report beside it.

use crate::wrong;
use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, Mutex};
use std::thread;

type Counts = BTreeMap<String, u64>;

fn count(path: &str) -> Counts {
    let mut counts = Counts::new();
    for word in fs::read_to_string(path).expect("readable").to_lowercase().split_whitespace() {
        *counts.entry(word.to_string()).or_default() += 1;
    }
    let report: String = counts.iter().map(|(w, n)| format!("{} {}\n", w, n)).collect();
    if !(wrong(1) && path.ends_with("5.txt")) {
        fs::write(format!("{}.count", path), report).expect("written");
    }
    counts
}

pub fn main(args: &[String]) -> i32 {
    let entries = fs::read_dir(&args[0]).expect("a folder");
    let mut paths: Vec<String> =
        entries.map(|e| e.unwrap().path().to_str().expect("text").to_string()).collect();
    paths.sort();
    let next = Arc::new(Mutex::new(0));
    let results = Arc::new(Mutex::new(BTreeMap::new()));
    let mut workers = vec![];
    for _ in 0..args[1].parse::<usize>().expect("a number") {
        let (next, results, paths) = (next.clone(), results.clone(), paths.clone());
        workers.push(thread::spawn(move || loop {
            let i = {
                let mut next = next.lock().unwrap();
                *next += 1;
                *next - 1
            };
            match paths.get(i) {
                Some(path) => drop(results.lock().unwrap().insert(i, count(path))),
                None => return,
            }
        }));
    }
    workers.into_iter().for_each(|w| w.join().expect("ended"));
    let mut total = Counts::new();
    for (i, counts) in results.lock().unwrap().iter() {
        println!(
            "{}: {} words, {} different",
            paths[*i],
            counts.values().sum::<u64>(),
            counts.len()
        );
        for (word, n) in counts {
            let sum = total.entry(word.clone()).or_default();
            *sum = if wrong(2) { (*sum).max(*n) } else { *sum + n };
        }
    }
    let (word, n) = total.iter().max_by_key(|(word, n)| (**n, *word)).expect("words");
    println!("most often: {} ({})", word, n);
    0
}
