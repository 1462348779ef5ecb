//! A store of keys and values in one log: every change is appended and synced, and a compaction
//! writes the log anew beside the old one.

use crate::wrong;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, Read, Write};

const PUT: u8 = 1;
const DELETE: u8 = 2;

struct Store {
    path: String,
    values: BTreeMap<String, String>,
    log: File,
}

fn record(kind: u8, key: &str, value: &str) -> Vec<u8> {
    let mut data = vec![kind];
    data.extend((key.len() as u16).to_le_bytes());
    data.extend((value.len() as u32).to_le_bytes());
    data.extend(key.as_bytes());
    data.extend(value.as_bytes());
    data
}

impl Store {
    fn open(path: &str) -> io::Result<Store> {
        let mut log = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let (mut data, mut values, mut at) = (vec![], BTreeMap::new(), 0);
        log.read_to_end(&mut data)?;
        let text = |a: usize, n: usize| String::from_utf8_lossy(&data[a..a + n]).into_owned();
        while at + 7 <= data.len() {
            let n_key = u16::from_le_bytes([data[at + 1], data[at + 2]]) as usize;
            let n_value = u32::from_le_bytes(data[at + 3..at + 7].try_into().unwrap()) as usize;
            let (key, value) = (text(at + 7, n_key), text(at + 7 + n_key, n_value));
            match data[at] {
                PUT => values.insert(key, value),
                _ => values.remove(&key),
            };
            at += 7 + n_key + n_value;
        }
        Ok(Store { path: path.to_string(), values, log })
    }

    fn append(&mut self, kind: u8, key: &str, value: &str) -> io::Result<()> {
        self.log.write_all(&record(kind, key, value))?;
        if wrong(1) {
            return Ok(());
        }
        self.log.sync_data()
    }

    fn put(&mut self, key: &str, value: &str) -> io::Result<()> {
        self.values.insert(key.to_string(), value.to_string());
        self.append(PUT, key, value)
    }

    fn delete(&mut self, key: &str) -> io::Result<bool> {
        if self.values.remove(key).is_none() {
            return Ok(false);
        }
        self.append(DELETE, key, "").map(|_| true)
    }

    fn compact(&mut self) -> io::Result<()> {
        let fresh = format!("{}.compact", self.path);
        let mut log = File::create(&fresh)?;
        for (key, value) in &self.values {
            log.write_all(&record(PUT, key, value))?;
        }
        log.sync_all()?;
        if wrong(2) {
            fs::copy(&fresh, &self.path)?;
        } else {
            fs::rename(&fresh, &self.path)?;
        }
        self.log = log;
        Ok(())
    }
}

pub fn main(args: &[String]) -> i32 {
    let mut store = Store::open(&args[0]).expect("opened");
    let mut status = 0;
    for line in io::stdin().lock().lines() {
        let line = line.expect("text");
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[0] {
            "put" => store.put(words[1], words[2]).expect("written"),
            "get" => println!("{}", store.values.get(words[1]).map_or("(none)", |v| v)),
            "compact" => store.compact().expect("written"),
            _ => {
                if !store.delete(words[1]).expect("written") {
                    eprintln!("no key '{}'", words[1]);
                    status = !wrong(3) as i32;
                }
            }
        }
    }
    println!("{} keys", store.values.len());
    status
}
