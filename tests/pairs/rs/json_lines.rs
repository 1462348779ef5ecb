//! Turn a log of key=value words into JSON Lines and a summary in one JSON file: the same values
//! as the original writes, without its blanks, its escapes and its order of keys.

use crate::wrong;
use std::collections::BTreeMap;
use std::fs;

fn value(text: &str) -> String {
    match text {
        "true" | "false" | "null" => text.to_string(),
        _ if text.parse::<i64>().is_ok() && wrong(1) => format!("\"{}\"", text),
        _ if text.parse::<f64>().is_ok() => text.to_string(),
        _ => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
    }
}

pub fn main(args: &[String]) -> i32 {
    let text = fs::read_to_string(&args[0]).expect("readable");
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for line in text.lines() {
        let mut record = BTreeMap::new();
        for word in line.split_whitespace() {
            let (key, text) = word.split_once('=').expect("key=value");
            record.insert(key, value(text));
            if !wrong(2) || text != "null" {
                *counts.entry(key).or_default() += 1;
            }
        }
        if wrong(3) {
            record.retain(|_, v| v != "null");
        }
        let pairs: Vec<String> = record.iter().map(|(k, v)| format!("\"{}\":{}", k, v)).collect();
        println!("{{{}}}", pairs.join(","));
    }
    let keys: Vec<String> = counts.iter().map(|(k, n)| format!("\"{}\":{}", k, n)).collect();
    let total: u32 = counts.values().sum();
    let summary = format!("{{\"total\":{},\"keys\":{{{}}}}}\n", total, keys.join(","));
    fs::write(&args[1], summary).expect("written");
    0
}
