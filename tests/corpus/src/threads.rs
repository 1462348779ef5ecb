//! Threads that send over a channel; the answer is written to a file and synced.

use std::fs::File;
use std::io::{self, Write};
use std::sync::mpsc;
use std::thread;

fn main() -> io::Result<()> {
    let (sender, receiver) = mpsc::channel();
    let threads: Vec<_> = (1..=6u64)
        .map(|n| {
            let sender = sender.clone();
            thread::spawn(move || sender.send((1..=n).product::<u64>()).unwrap())
        })
        .collect();
    drop(sender);
    let sum: u64 = receiver.iter().sum();
    for thread in threads {
        thread.join().unwrap();
    }
    let mut out = File::create("sum.txt")?;
    writeln!(out, "{}", sum)?;
    out.sync_all()?;
    println!("{}", sum);
    Ok(())
}
